/** How far a long work has come. */

/** `label`: what it is. `done` of `total`, in whatever unit. */
export function Progress({ label, done, total }: { label: string; done: number; total: number }) {
  const part = total === 0 ? 0 : Math.min(1, done / total);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(part * 100)}
      className="h-2 w-full overflow-hidden rounded-full bg-sunken"
    >
      <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${part * 100}%` }} />
    </div>
  );
}
