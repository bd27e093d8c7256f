/** The files of a chart, templates first, each to be read in place. */
import { Link } from "@tanstack/react-router";
import { FileCode2, FileText } from "lucide-react";
import type { client } from "../../data/client.ts";
import { formatBytes } from "../../ui/format.ts";
import { PlainText } from "../../ui/plain-text.tsx";
import { toImage } from "./address.ts";

export type ChartAnswer = Awaited<ReturnType<typeof client.files.chart>>;

type ChartFilesProps = {
  repository: string;
  reference: string;
  files: ChartAnswer["files"];
  /** The chart's own, which stands before each path. */
  directory: string;
};

export function ChartFiles({ repository, reference, files, directory }: ChartFilesProps) {
  const ordered = [...files.filter((it) => it.isTemplate), ...files.filter((it) => !it.isTemplate)];
  return (
    <ul aria-label="Files of the chart" className="divide-y divide-line rounded-lg border border-line bg-surface">
      {ordered.map(({ path, sizeBytes, isTemplate }) => {
        const Icon = isTemplate ? FileCode2 : FileText;
        return (
          <li key={path} className="flex items-center gap-2 px-4 py-1.5 text-sm hover:bg-hover">
            <Icon size={15} aria-hidden="true" className="shrink-0 text-soft" />
            <Link
              {...toImage(repository, "files", reference, { file: directory === "" ? path : `${directory}/${path}` })}
              className="link min-w-0 grow break-all"
            >
              <PlainText text={path} />
            </Link>
            <span className="whitespace-nowrap tabular-nums text-soft">{formatBytes(sizeBytes)}</span>
          </li>
        );
      })}
    </ul>
  );
}
