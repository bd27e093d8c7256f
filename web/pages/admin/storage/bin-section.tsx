/** What was deleted anywhere and can still be had back. */
import { DeletedOrganisations } from "../organisations/deleted-organisations.tsx";
import type { AdminProps } from "../admin-pages.tsx";
import { BinEntries } from "./bin-entries.tsx";
import { DeletedRepositories } from "./deleted-repositories.tsx";

export function BinSection({ mayChange }: AdminProps) {
  return (
    <div className="flex flex-col gap-8">
      <BinEntries mayChange={mayChange} />
      <DeletedRepositories mayChange={mayChange} />
      <DeletedOrganisations mayChange={mayChange} />
    </div>
  );
}
