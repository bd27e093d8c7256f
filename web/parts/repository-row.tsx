/** A repository in a list: what it is, whose, how much it is used, and when it last changed. */
import { Link } from "@tanstack/react-router";
import { Download, Star } from "lucide-react";
import type { ReactNode } from "react";
import { toRepository } from "../pages/repository/address.ts";
import { classes } from "../ui/classes.ts";
import { formatCount, formatShort } from "../ui/format.ts";
import { Time } from "../ui/time.tsx";
import { Highlighted, type Range } from "./highlighted.tsx";
import { RepositoryMarks } from "./repository-marks.tsx";

export type ShownRepository = {
  name: string;
  description: string;
  visibility: "public" | "private";
  isOfficial: boolean;
  isVerifiedPublisher: boolean;
  isSigned?: boolean;
  stars: number;
  pulls: number;
  updatedAt: string;
  highlights?: { name: readonly Range[]; description: readonly Range[] };
};

type RowProps = { repository: ShownRepository; showsVisibility?: boolean; more?: ReactNode };

export function RepositoryRow({ repository, showsVisibility = true, more }: RowProps) {
  const { name, description, highlights, stars, pulls, updatedAt, visibility, ...marks } = repository;
  return (
    <li className="relative flex flex-col gap-1 px-4 py-3 hover:bg-hover">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {/* The whole row leads there; its name is the link for those who do not see it. */}
        <Link {...toRepository(name)} className="font-medium break-all after:absolute after:inset-0">
          <Highlighted text={name} ranges={highlights?.name} />
        </Link>
        <RepositoryMarks {...marks} {...(showsVisibility ? { visibility } : {})} />
      </div>
      {description !== "" && (
        <p className="line-clamp-2 text-sm text-soft">
          <Highlighted text={description} ranges={highlights?.description} />
        </p>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-soft">
        <span title={`${formatCount(pulls)} pulls`} className="inline-flex items-center gap-1">
          <Download size={13} aria-hidden="true" /> {formatShort(pulls)} <span className="sr-only">pulls</span>
        </span>
        <span title={`${formatCount(stars)} stars`} className="inline-flex items-center gap-1">
          <Star size={13} aria-hidden="true" /> {formatShort(stars)} <span className="sr-only">stars</span>
        </span>
        <span>
          Updated <Time at={updatedAt} />
        </span>
        {more}
      </div>
    </li>
  );
}

type RowsProps = {
  /** What they are. */
  label: string;
  /** In two columns where the window is wide. */
  isWide?: boolean;
  children: ReactNode;
};

/** The box around rows. */
export function RepositoryRows({ label, isWide = false, children }: RowsProps) {
  return (
    <ul
      aria-label={label}
      className={classes(
        "overflow-hidden rounded-lg border border-line bg-surface",
        // Each cell has its lines above and to the left; those at the edge lie under the box's own.
        isWide
          ? "grid lg:grid-cols-2 [&>li]:-ml-px [&>li]:-mt-px [&>li]:border-l [&>li]:border-t"
          : "divide-y divide-line",
      )}
    >
      {children}
    </ul>
  );
}
