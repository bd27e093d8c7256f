/** An image as its pages read it: what the reference names, and of an index the image of the platform that was chosen. */
import type { client } from "../../data/client.ts";

export type Image = Awaited<ReturnType<typeof client.manifests.get>>;
export type Child = NonNullable<Image["children"]>[number];
export type Note = Image["annotations"][number];
export type Step = Image["history"][number];
export type Layer = Image["layers"][number];
export type Platform = NonNullable<Child["platform"]>;

const KIND_NAMES: Record<Image["kind"], string> = {
  image: "Image",
  index: "Multi-platform image",
  "helm-chart": "Helm chart",
  compose: "Compose application",
  wasm: "WebAssembly module",
  signature: "Signature",
  sbom: "SBOM",
  attestation: "Attestation",
  artifact: "Artifact",
};

export function kindName(kind: Image["kind"]): string {
  return KIND_NAMES[kind];
}

/** `linux/arm64/v8`. */
export function platformName({ os, architecture, variant, osVersion }: Platform): string {
  return [os, architecture, variant, osVersion].filter((it) => it !== null && it !== "").join("/");
}

/** What the address calls a child of an index. */
export function childKey({ platform, digest }: Child): string {
  return platform === null ? digest : platformName(platform);
}

/** Those that can be run or looked at as an image of their own; attestations stand apart. */
export function platformsOf(image: Image): Child[] {
  return image.children?.filter((it) => it.attests === null) ?? [];
}

export function attestationsOf(image: Image): Child[] {
  return image.children?.filter((it) => it.attests !== null) ?? [];
}

/** The child that the address asks for, or the one that most people run. Undefined: it is no index, or an empty one. */
export function chooseChild(image: Image, wanted: string | undefined): Child | undefined {
  const platforms = platformsOf(image);
  const here = platforms.filter((it) => it.isHere);
  return (
    image.children?.find((it) => wanted !== undefined && (childKey(it) === wanted || it.digest === wanted)) ??
    here.find((it) => childKey(it) === "linux/amd64") ??
    here[0] ??
    platforms[0]
  );
}
