/** One image, or whatever else a manifest is: all that is known of it. */
import { ButtonLink } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { toImage, useImageSearch } from "./address.ts";
import { ArtifactContents } from "./artifact-contents.tsx";
import { BuildSteps } from "./build-steps.tsx";
import { Configuration } from "./configuration.tsx";
import { DeleteImage } from "./delete-image.tsx";
import { ImageFacts } from "./image-facts.tsx";
import { ImageFrame, type Shown } from "./image-frame.tsx";
import { LayerTable } from "./layer-table.tsx";
import { ManifestView } from "./manifest-view.tsx";
import { Referrers } from "./referrers.tsx";

/** `rest`: a tag or a digest. */
export function ImagePage({ repository, rest }: { repository: string; rest: string }) {
  return (
    <ImageFrame
      repository={repository}
      reference={rest}
      section="images"
      above={(shown) => <ImageFacts {...shown} />}
      actions={(top) => <DeleteImage repository={repository} image={top} />}
    >
      {(shown) => <View {...shown} />}
    </ImageFrame>
  );
}

function View(shown: Shown) {
  const { view = "overview" } = useImageSearch();
  const { repository, top, image } = shown;
  if (view === "configuration") return <Configuration image={image} />;
  if (view === "layers") return <LayerTable {...shown} />;
  if (view === "manifest") return <ManifestView {...shown} />;
  if (view === "referrers") {
    if (top.digest === image.digest) return <Referrers repository={repository} digest={top.digest} />;
    return (
      <div className="flex flex-col gap-6">
        <Section title="Of all platforms together">
          <Referrers repository={repository} digest={top.digest} />
        </Section>
        <Section title="Of this platform">
          <Referrers repository={repository} digest={image.digest} />
        </Section>
      </div>
    );
  }
  // An index that names an index.
  if (image.children !== null) {
    return (
      <Notice
        title="This is an index again"
        action={<ButtonLink {...toImage(repository, "images", image.digest)}>Look at it</ButtonLink>}
      >
        It names images of its own.
      </Notice>
    );
  }
  return image.kind === "image" ? <BuildSteps {...shown} /> : <ArtifactContents {...shown} />;
}
