/** What belongs to an image, and what belongs to that: signatures, SBOMs, attestations, anything, as a tree. */
import { Link } from "@tanstack/react-router";
import { CornerDownRight, FileBadge, FileText, Package, ShieldCheck } from "lucide-react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Command, Digest } from "../../ui/copy.tsx";
import { formatBytes } from "../../ui/format.ts";
import { PlainText } from "../../ui/plain-text.tsx";
import { Answer, Empty } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { usePullPlace } from "../repository/pull-command.tsx";
import { toImage } from "./address.ts";
import { kindName } from "./image.ts";

type Referrer = Awaited<ReturnType<typeof client.manifests.referrers>>["items"][number];

const ICONS: Partial<Record<Referrer["kind"], typeof Package>> = {
  signature: ShieldCheck,
  sbom: FileText,
  attestation: FileBadge,
};

/** `digest`: of what they belong to. */
export function Referrers({ repository, digest }: { repository: string; digest: string }) {
  const answer = useRead(client.manifests.referrers, { params: { repository, reference: digest } });
  return (
    <Answer answer={answer} what="The image">
      {({ items, isWhole }) =>
        items.length === 0 ? (
          <NoneYet repository={repository} digest={digest} />
        ) : (
          <div className="flex flex-col gap-3">
            <p className="text-sm text-soft">
              What names this digest as its subject. That it is there says nothing of who made it: this registry
              verifies no signatures.
            </p>
            <ul
              aria-label="What belongs to it"
              className="divide-y divide-line rounded-lg border border-line bg-surface"
            >
              {items.map((it) => (
                <ReferrerRow key={`${it.parent} ${it.digest}`} repository={repository} referrer={it} />
              ))}
            </ul>
            {!isWhole && <p className="text-sm text-soft">There are more than are shown here.</p>}
          </div>
        )
      }
    </Answer>
  );
}

function ReferrerRow({ repository, referrer }: { repository: string; referrer: Referrer }) {
  const { digest, depth, kind, artifactType, mediaType, manifestBytes, pushedAt, tag } = referrer;
  const Icon = ICONS[kind] ?? Package;
  return (
    <li className="flex items-start gap-2 px-4 py-2.5 text-sm" style={{ paddingLeft: `${1 + (depth - 1) * 1.5}rem` }}>
      {depth > 1 && (
        <>
          <CornerDownRight size={15} aria-hidden="true" className="mt-1 shrink-0 text-soft" />
          <span className="sr-only">Level {depth}:</span>
        </>
      )}
      <Icon size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-soft" />
      <div className="min-w-0 grow">
        <div className="flex flex-wrap items-center gap-x-3">
          <Link {...toImage(repository, "images", digest)} className="link font-medium">
            {kindName(kind)}
          </Link>
          <span className="code break-all text-soft">
            <PlainText text={artifactType ?? mediaType} />
          </span>
        </div>
        <div className="-mb-2 flex flex-wrap items-center gap-x-3 text-xs text-soft">
          <Digest digest={digest} />
          <span>{formatBytes(manifestBytes)} manifest</span>
          <span>
            pushed <Time at={pushedAt} />
          </span>
          {tag !== null && <span className="break-all">by the tag {tag}</span>}
        </div>
      </div>
    </li>
  );
}

function NoneYet({ repository, digest }: { repository: string; digest: string }) {
  const place = usePullPlace();
  return (
    <Empty title="Nothing belongs to it yet" icon={<ShieldCheck size={28} aria-hidden="true" />}>
      <p className="mb-3">
        Signatures, SBOMs and attestations that are pushed for this digest are shown here. To sign it:
      </p>
      {place !== undefined && (
        <Command
          text={`cosign sign${place.isPlain ? " --allow-http-registry" : ""} ${place.host}/${repository}@${digest}`}
        />
      )}
    </Empty>
  );
}
