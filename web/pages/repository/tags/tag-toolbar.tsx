/** What narrows the list of tags down. */
import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { Checkbox } from "../../../ui/field.tsx";

type TagToolbarProps = {
  filter: string;
  onFilter: (filter: string) => void;
  /** How many there are that tools made for something else. */
  auxiliary: number;
  showsAuxiliary: boolean;
  onShowAuxiliary: (shows: boolean) => void;
  children: ReactNode;
};

export function TagToolbar({
  filter,
  onFilter,
  auxiliary,
  showsAuxiliary,
  onShowAuxiliary,
  children,
}: TagToolbarProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
      <div className="relative w-full sm:w-72">
        <Search size={16} aria-hidden="true" className="absolute left-3 top-2.5 text-soft" />
        <input
          type="search"
          aria-label="Filter tags"
          placeholder="Filter tags"
          autoComplete="off"
          value={filter}
          onChange={(event) => onFilter(event.target.value)}
          className="min-h-9 w-full rounded-md border border-line-strong bg-surface pl-9 pr-3 text-sm"
        />
      </div>
      {auxiliary > 0 && (
        <Checkbox
          label={`Show signatures and the like (${auxiliary})`}
          checked={showsAuxiliary}
          onChange={(event) => onShowAuxiliary(event.target.checked)}
        />
      )}
      <div className="sm:ml-auto">{children}</div>
    </div>
  );
}
