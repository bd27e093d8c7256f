/** Whether an administrator of the registry vouches for a repository. */
import { client } from "../../../data/client.ts";
import { useChange } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { Section } from "../../../ui/page.tsx";
import type { Repository } from "../repository.ts";

export function Official({ repository: { name, isOfficial } }: { repository: Repository }) {
  const set = useChange(client.repositories.setOfficial, {
    stale: ["search", "activity"],
    done: isOfficial ? `${name} is not official any more.` : `${name} is official now.`,
  });
  return (
    <Section
      title="Official image"
      lead="Official images stand first on the start page and carry a mark. For administrators."
    >
      <div>
        <Button
          isBusy={set.isPending}
          onClick={() => set.mutate({ params: { repository: name }, body: { isOfficial: !isOfficial } })}
        >
          {isOfficial ? "Take the mark away" : "Mark it as official"}
        </Button>
      </div>
    </Section>
  );
}
