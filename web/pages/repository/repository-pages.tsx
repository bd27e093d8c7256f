/** Everything below /r/: the repository that an address names, and the section of it. */
import { useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { NotFound } from "../../layout/not-found.tsx";
import { Page } from "../../ui/page.tsx";
import { Answer, Loading } from "../../ui/states.tsx";
import { parseAddress } from "./address.ts";
import { RepositoryFrame } from "./repository-frame.tsx";
import { type Repository, useRepository } from "./repository.ts";

type Rest = { repository: string; rest: string };
type Whole = { repository: Repository; etag: string | null };

/** They have a frame of their own. */
const IMAGE_PAGES = {
  images: lazy(() => import("../image/image-page.tsx").then((it) => ({ default: it.ImagePage }))),
  files: lazy(() => import("../image/files-page.tsx").then((it) => ({ default: it.FilesPage }))),
  diff: lazy(() => import("../image/diff-page.tsx").then((it) => ({ default: it.DiffPage }))),
};

const SECTIONS = {
  "": lazy(() => import("./overview/overview-section.tsx").then((it) => ({ default: it.OverviewSection }))),
  tags: lazy(() => import("./tags/tags-section.tsx").then((it) => ({ default: it.TagsSection }))),
  bin: lazy(() => import("./tags/bin-section.tsx").then((it) => ({ default: it.BinSection }))),
  activity: lazy(() => import("./activity-section.tsx").then((it) => ({ default: it.ActivitySection }))),
  settings: lazy(() => import("./settings/settings-section.tsx").then((it) => ({ default: it.SettingsSection }))),
};

const TagHistory = lazy(() => import("./tags/tag-history.tsx").then((it) => ({ default: it.TagHistory })));

export function RepositoryPages() {
  const { _splat = "" } = useParams({ strict: false });
  const { repository, section, rest } = parseAddress(_splat);
  if (isKey(IMAGE_PAGES, section)) {
    const ImagePages = IMAGE_PAGES[section];
    return (
      <Suspense fallback={<Waiting />}>
        <ImagePages key={`${section} ${repository} ${rest}`} repository={repository} rest={rest} />
      </Suspense>
    );
  }
  if (!isKey(SECTIONS, section) || (rest !== "" && section !== "tags")) return <NotFound />;
  // What one began to type about one repository is not meant for another.
  return <Sections key={repository} repository={repository} section={section} rest={rest} />;
}

function Sections({ repository, section, rest }: Rest & { section: keyof typeof SECTIONS }) {
  const whole = useRepository(repository);
  if (whole.data === undefined) {
    return (
      <Page title={repository}>
        <Answer answer={whole} what="The repository" lines={6}>
          {() => null}
        </Answer>
      </Page>
    );
  }
  const { value, etag } = whole.data;
  return (
    <RepositoryFrame repository={value} section={section}>
      <Suspense fallback={<Loading lines={6} />}>
        {section === "tags" && rest !== "" ? (
          <TagHistory key={rest} repository={value} tag={rest} />
        ) : (
          <Section section={section} repository={value} etag={etag} />
        )}
      </Suspense>
    </RepositoryFrame>
  );
}

function Section({ section, ...whole }: Whole & { section: keyof typeof SECTIONS }) {
  const Shown = SECTIONS[section];
  return <Shown {...whole} />;
}

function Waiting() {
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6">
      <Loading lines={6} />
    </div>
  );
}

function isKey<T extends object>(object: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(object, key);
}
