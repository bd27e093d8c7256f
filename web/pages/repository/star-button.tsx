/** How many like a repository, and whether the person does. */
import { Star } from "lucide-react";
import { client } from "../../data/client.ts";
import { useMe, useSetup } from "../../data/me.ts";
import { useChange } from "../../data/query.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { formatCount, formatShort, plural } from "../../ui/format.ts";
import type { Repository } from "./repository.ts";

export function StarButton({ repository }: { repository: Repository }) {
  const { name, stars, isStarred } = repository;
  const me = useMe();
  const setup = useSetup();
  const star = useChange(client.repositories.star, { stale: ["search"] });
  const unstar = useChange(client.repositories.unstar, { stale: ["search"] });
  const count = <span title={formatCount(stars)}>{formatShort(stars)}</span>;
  // On an open registry there is nobody who could.
  if (setup?.isClaimed !== true || me === undefined) return null;
  if (me === null) {
    return (
      <ButtonLink
        to="/login"
        search={{ next: location.pathname }}
        aria-label={`Sign in to star ${name}: ${plural(stars, "star")}`}
      >
        <Star size={16} aria-hidden="true" /> Star {count}
      </ButtonLink>
    );
  }
  const change = isStarred ? unstar : star;
  return (
    <Button
      aria-pressed={isStarred}
      aria-label={`Star ${name}: ${plural(stars, "star")}`}
      disabled={change.isPending}
      onClick={() => change.mutate({ params: { repository: name } })}
    >
      <Star size={16} aria-hidden="true" className={isStarred ? "fill-accent text-accent" : ""} />
      {isStarred ? "Starred" : "Star"} {count}
    </Button>
  );
}
