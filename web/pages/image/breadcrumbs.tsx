/** The way from the root of an image to a directory or a file. */
import { Link } from "@tanstack/react-router";
import { PlainText } from "../../ui/plain-text.tsx";
import { type ImageSearch, toImage } from "./address.ts";

type BreadcrumbsProps = { repository: string; reference: string; search: ImageSearch; path: string };

export function Breadcrumbs({ repository, reference, search: { platform, layer }, path }: BreadcrumbsProps) {
  const words = path === "" ? [] : path.split("/");
  const to = (count: number) =>
    toImage(repository, "files", reference, { platform, layer, path: words.slice(0, count).join("/") || undefined });
  return (
    <nav aria-label="Place" className="min-w-0">
      <ol className="code flex flex-wrap items-center gap-x-1 text-sm">
        {["", ...words].map((word, index) => {
          const name = index === 0 ? "/" : word;
          return (
            // A place is what stands at its depth.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className="flex items-center gap-x-1 break-all">
              {index > 1 && <span className="text-soft">/</span>}
              {index === words.length ? (
                <span aria-current="location">
                  <PlainText text={name} />
                </span>
              ) : (
                <Link
                  {...to(index)}
                  activeOptions={{ exact: true }}
                  aria-label={index === 0 ? "Root directory" : undefined}
                  resetScroll={false}
                  className="link"
                >
                  <PlainText text={name} />
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
