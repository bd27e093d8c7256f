/** What stands above every page of an image: which one it is, and the way to its other sides. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { CopyButton } from "../../ui/copy.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Page } from "../../ui/page.tsx";
import { Answer } from "../../ui/states.tsx";
import { TabBar, TabLink } from "../../ui/tabs.tsx";
import { toRepository } from "../repository/address.ts";
import { imageName, shortReference, toImage, useImageSearch, type ImageSearch, type View } from "./address.ts";
import { type Child, chooseChild, type Image, kindName } from "./image.ts";
import { PlatformSwitch } from "./platform-switch.tsx";
import { useImage } from "./use-image.ts";

/** `top`: what the reference names; `image`: of an index the image that was chosen, else the same. */
export type Shown = { repository: string; reference: string; top: Image; image: Image; child: Child | undefined };

type FrameProps = {
  repository: string;
  /** A tag or a digest. */
  reference: string;
  section: "images" | "files" | "diff";
  /** Between the title and the tabs. */
  above?: (shown: Shown) => ReactNode;
  /** Beside the title: what can be done with what the reference names. */
  actions?: (top: Image) => ReactNode;
  children: (shown: Shown) => ReactNode;
};

export function ImageFrame({ repository, reference, section, above, actions, children }: FrameProps) {
  const top = useImage(repository, reference);
  const search = useImageSearch();
  const child = top.data && chooseChild(top.data, search.platform);
  const inside = useImage(repository, child?.digest ?? "", child?.isHere === true);
  const name = imageName(repository, reference.includes(":") ? shortReference(reference) : reference);
  const image = top.data?.children === null ? top : inside;
  return (
    <Page
      title={TITLES[section] + name}
      heading={<Heading repository={repository} reference={reference} />}
      actions={top.data && actions?.(top.data)}
    >
      <Answer answer={top} what="The image" lines={6}>
        {(data) => (
          <>
            {above?.({ repository, reference, top: data, image: image.data ?? data, child })}
            <div className="flex flex-col gap-4">
              <Tabs repository={repository} reference={reference} top={data} search={search} />
              {data.children !== null && section !== "diff" && (
                <PlatformSwitch
                  repository={repository}
                  reference={reference}
                  section={section}
                  top={data}
                  child={child}
                />
              )}
            </div>
            {data.children !== null && child?.isHere !== true ? (
              <NotHere child={child} />
            ) : (
              <Answer answer={image} what="The image of this platform">
                {(chosen) => children({ repository, reference, top: data, image: chosen, child })}
              </Answer>
            )}
          </>
        )}
      </Answer>
    </Page>
  );
}

const TITLES = { images: "", files: "Files of ", diff: "Compare " } as const;

function Heading({ repository, reference }: { repository: string; reference: string }) {
  const isDigest = reference.includes(":");
  return (
    <span className="flex flex-wrap items-center gap-x-1">
      <span className="break-all">
        <Link {...toRepository(repository)} className="link font-normal">
          {repository}
        </Link>
        <span className="font-normal text-soft">{isDigest ? " @ " : " : "}</span>
        <span title={reference} className={isDigest ? "code" : undefined}>
          {shortReference(reference)}
        </span>
      </span>
      <CopyButton text={imageName(repository, reference)} label="Copy the image's name" />
    </span>
  );
}

type TabsProps = { repository: string; reference: string; top: Image; search: ImageSearch };

function Tabs({ repository, reference, top, search }: TabsProps) {
  const isImage = top.kind === "image" || top.kind === "index";
  const { platform } = search;
  const to = (view: View | undefined) => toImage(repository, "images", reference, { view, platform });
  const isExact = { exact: true } as const;
  return (
    <TabBar label={`Sides of the ${kindName(top.kind).toLowerCase()}`}>
      <TabLink {...to(undefined)} activeOptions={isExact}>
        {isImage ? "Build steps" : "Contents"}
      </TabLink>
      {isImage && (
        <TabLink {...to("configuration")} activeOptions={isExact}>
          Configuration
        </TabLink>
      )}
      <TabLink {...to("layers")} activeOptions={isExact}>
        {isImage ? "Layers" : "Blobs"}
      </TabLink>
      {(isImage || top.kind === "helm-chart") && (
        <TabLink {...toImage(repository, "files", reference, { platform })} activeOptions={{ includeSearch: false }}>
          Files
        </TabLink>
      )}
      <TabLink {...to("referrers")} activeOptions={isExact}>
        Signatures and more
      </TabLink>
      <TabLink {...to("manifest")} activeOptions={isExact}>
        Manifest
      </TabLink>
      {(isImage || top.kind === "helm-chart") && (
        <TabLink {...toImage(repository, "diff", reference)} activeOptions={{ includeSearch: false }}>
          Compare
        </TabLink>
      )}
    </TabBar>
  );
}

function NotHere({ child }: { child: Child | undefined }) {
  return child === undefined ? (
    <Notice title="This index names no image">Push images to it, or look at its manifest.</Notice>
  ) : (
    <Notice tone="warn" title="The image of this platform is not here">
      The index names it, but it was never pushed to this repository. Choose another platform, or push this one.
    </Notice>
  );
}
