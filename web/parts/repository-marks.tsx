/** What stands beside a repository's name: whose it is, and who may see it. */
import { BadgeCheck, Lock, ShieldCheck } from "lucide-react";
import { Badge } from "../ui/badge.tsx";

type Marked = {
  isOfficial: boolean;
  isVerifiedPublisher: boolean;
  visibility?: "public" | "private";
  isSigned?: boolean;
};

export function RepositoryMarks({ isOfficial, isVerifiedPublisher, visibility, isSigned = false }: Marked) {
  return (
    <>
      {isOfficial && (
        <Badge tone="accent" title="An administrator of this registry vouches for it">
          <ShieldCheck size={13} aria-hidden="true" /> Official
        </Badge>
      )}
      {isVerifiedPublisher && !isOfficial && (
        <Badge tone="good" title="An administrator of this registry knows the publisher">
          <BadgeCheck size={13} aria-hidden="true" /> Verified publisher
        </Badge>
      )}
      {isSigned && <Badge title="Its newest image has a signature">Signed</Badge>}
      {visibility === "private" && (
        <Badge title="Only those who were granted it see it">
          <Lock size={12} aria-hidden="true" /> Private
        </Badge>
      )}
    </>
  );
}
