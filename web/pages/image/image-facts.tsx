/** The first card of an image's page: what it is, how large, since when, who uses it, what points to it. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Badge } from "../../ui/badge.tsx";
import { Digest } from "../../ui/copy.tsx";
import { formatBytes, formatCount } from "../../ui/format.ts";
import { Card, Fact, Facts } from "../../ui/page.tsx";
import { PlainText, StrangersLink } from "../../ui/plain-text.tsx";
import { Time } from "../../ui/time.tsx";
import { PullCommandBox } from "../repository/pull-command.tsx";
import { shortReference, toImage } from "./address.ts";
import { kindName } from "./image.ts";
import type { Shown } from "./image-frame.tsx";

/** Annotations that people look for first; the others are told with the manifest. */
const TELLING: Readonly<Record<string, string>> = {
  "org.opencontainers.image.source": "Source",
  "org.opencontainers.image.revision": "Revision",
  "org.opencontainers.image.licenses": "Licences",
};

export function ImageFacts({ repository, reference, top, image, child }: Shown) {
  const { kind, digest, sizeBytes, pushedAt, pulls, lastPulledAt, isSigned, subject } = top;
  const labels = [...top.annotations, ...image.annotations, ...(image.config?.labels ?? [])];
  return (
    <Card className="grid grid-cols-1 gap-x-10 gap-y-5 lg:grid-cols-[1fr_1fr] [&_dl]:grid-cols-[max-content_minmax(0,1fr)]">
      <Facts>
        <Fact name="Kind">
          <span className="flex flex-wrap items-center gap-2">
            {kindName(kind)}
            {kind === "artifact" && top.artifactType !== null && (
              <span className="code text-soft">
                <PlainText text={top.artifactType} />
              </span>
            )}
            {isSigned && (
              <Badge tone="good" title="A signature lies beside it; this registry has not verified it">
                Signed
              </Badge>
            )}
          </span>
        </Fact>
        <Fact name="Digest">
          <ShortDigest digest={digest} />
        </Fact>
        {child !== undefined && (
          <Fact name="This platform">
            <ShortDigest digest={child.digest} />
          </Fact>
        )}
        <Fact name="Size">
          {formatBytes(sizeBytes)}
          {child !== undefined && <span className="text-soft"> all, {formatBytes(image.sizeBytes)} this platform</span>}
          <span className="text-soft"> compressed</span>
        </Fact>
        <Fact name="Pushed">
          <Time at={pushedAt} />
        </Fact>
        <Fact name="Pulled">
          {pulls === 0 ? (
            <span className="text-soft">never</span>
          ) : (
            <>
              {formatCount(pulls)} {pulls === 1 ? "time" : "times"}, last <Time at={lastPulledAt} />
            </>
          )}
        </Fact>
        {subject !== null && (
          <Fact name="Belongs to">
            {subject.isHere ? (
              <Link {...toImage(repository, "images", subject.digest)} className="link code">
                {shortReference(subject.digest)}
              </Link>
            ) : (
              <>
                <span className="code">{shortReference(subject.digest)}</span>{" "}
                <span className="text-soft">not here</span>
              </>
            )}
          </Fact>
        )}
        {Object.entries(TELLING).map(([key, name]) => {
          const found = labels.find((it) => it.name === key);
          return (
            found && (
              <Fact key={key} name={name}>
                <StrangersLink text={found.value} />
              </Fact>
            )
          );
        })}
      </Facts>
      <div className="flex min-w-0 flex-col gap-5">
        <PullCommandBox repository={repository} reference={kind === "helm-chart" ? reference : digest} kind={kind} />
        <Facts>
          <Fact name="Tags">
            <Chips more={top.hasMoreTags}>
              {top.tags.map((tag) => (
                <Chip key={tag} repository={repository} reference={tag} isHere={tag === reference} />
              ))}
            </Chips>
          </Fact>
          {top.indexes.length > 0 && (
            <Fact name="Part of">
              <Chips>
                {top.indexes.map((it) => (
                  <Chip key={it.digest} repository={repository} reference={it.tags[0] ?? it.digest} />
                ))}
              </Chips>
            </Fact>
          )}
        </Facts>
      </div>
    </Card>
  );
}

/** The height of its button is not that of a line. */
function ShortDigest({ digest }: { digest: string }) {
  return (
    <span className="-my-2 flex">
      <Digest digest={digest} isLong />
    </span>
  );
}

function Chips({ more = false, children }: { more?: boolean; children: ReactNode[] }) {
  if (children.length === 0) return <span className="text-soft">none: it is reached by its digest alone</span>;
  return (
    <ul className="flex max-h-32 flex-wrap gap-1.5 overflow-y-auto p-0.5">
      {children}
      {more && <li className="text-soft">and more</li>}
    </ul>
  );
}

function Chip({ repository, reference, isHere = false }: { repository: string; reference: string; isHere?: boolean }) {
  const shape = "inline-block rounded-full bg-sunken px-2 text-xs leading-5 break-all";
  return (
    <li>
      {isHere ? (
        <span className={shape}>{reference}</span>
      ) : (
        <Link {...toImage(repository, "images", reference)} className={`${shape} link`} title={reference}>
          {shortReference(reference)}
        </Link>
      )}
    </li>
  );
}
