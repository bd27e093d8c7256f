/** What those who keep a repository can change about it. */
import { useMe } from "../../../data/me.ts";
import { Empty } from "../../../ui/states.tsx";
import type { Repository } from "../repository.ts";
import { Deletion } from "./deletion.tsx";
import { Description } from "./description.tsx";
import { Explain } from "./explain.tsx";
import { Grants } from "./grants.tsx";
import { NewName } from "./new-name.tsx";
import { Official } from "./official.tsx";
import { Visibility } from "./visibility.tsx";

type SettingsProps = { repository: Repository; etag: string | null };

export function SettingsSection({ repository, etag }: SettingsProps) {
  const me = useMe();
  const may = new Set(repository.actions);
  if (!may.has("describe") && !may.has("see-grants")) {
    return (
      <Empty title="Not allowed">It takes the role maintain or admin on this repository to change its settings.</Empty>
    );
  }
  return (
    <div className="flex max-w-3xl flex-col gap-10">
      {may.has("describe") && <Description key={repository.description} repository={repository} etag={etag} />}
      {may.has("administer") && <Visibility repository={repository} etag={etag} />}
      {may.has("see-grants") && <Grants repository={repository} />}
      {may.has("see-grants") && <Explain repository={repository.name} />}
      {me?.systemRole === "administrator" && <Official repository={repository} />}
      {may.has("administer") && <NewName repository={repository} />}
      {may.has("administer") && <Deletion repository={repository} />}
    </div>
  );
}
