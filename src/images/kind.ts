/** What a manifest is to people, by its media types. Nothing but a word: no rule of the registry depends on it. */
import type { JsonObject } from "../oci/json.ts";
import { manifestKind } from "../oci/media-types.ts";
import { objectOf, objectsOf, textOf } from "./loose.ts";

export type Kind =
  | "image"
  | "index"
  | "helm-chart"
  | "compose"
  | "wasm"
  | "signature"
  | "sbom"
  | "attestation"
  | "artifact";

const IMAGE_CONFIGS = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

const HELM = /^application\/vnd\.cncf\.helm\./;
const COMPOSE = /^application\/vnd\.docker\.compose\./;
const WASM = /^application\/(?:vnd\.(?:wasm\.|module\.wasm\.|w3c\.wasm)|wasm$)/;
/** Of cosign, and of notation. */
const SIGNATURE =
  /^application\/vnd\.(?:dev\.cosign\.(?:artifact\.sig\.|simplesigning\.)|cncf\.notary\.(?:v2\.)?signature)/;
const SBOM =
  /^(?:text\/spdx|application\/(?:spdx|vnd\.(?:cyclonedx|syft|dev\.cosign\.artifact\.sbom\.)|x-syft))|cyclonedx|spdx\+/;
const ATTESTATION = /^application\/vnd\.(?:in-toto|dsse\.envelope)/;
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle/;

/** What a bundle says of itself when it is a signature and not an attestation. */
export const BUNDLE_SIGNS = ["message-signature", "https://sigstore.dev/cosign/sign/v1"] as const;

export function isImageConfig(mediaType: string | null): boolean {
  return mediaType !== null && IMAGE_CONFIGS.has(mediaType);
}

/** `artifactType`: as the registry keeps it, the media type of an image's config where the manifest has none of its own. */
export function kindOf(about: {
  mediaType: string;
  artifactType: string | null;
  annotations: Readonly<Record<string, unknown>> | null;
  layerTypes: readonly string[];
}): Kind {
  const { mediaType, artifactType, annotations, layerTypes } = about;
  const shape = manifestKind(mediaType);
  if (shape === "index" && artifactType === null) return "index";
  const byType = artifactType === null ? null : nameType(artifactType, annotations);
  if (byType !== null) return byType;
  if (shape === "index") return "artifact";
  // Tools older than artifact types call what they push an image, and say in its layers what it is.
  const byLayers = layerTypes.length === 0 ? null : nameType(layerTypes[0]!, annotations);
  if (byLayers !== null && layerTypes.every((it) => nameType(it, annotations) !== null)) return byLayers;
  return shape === "image" && isImageConfig(artifactType) ? "image" : "artifact";
}

function nameType(type: string, annotations: Readonly<Record<string, unknown>> | null): Kind | null {
  if (HELM.test(type)) return "helm-chart";
  if (COMPOSE.test(type)) return "compose";
  if (WASM.test(type)) return "wasm";
  if (SIGNATURE.test(type)) return "signature";
  if (BUNDLE.test(type)) return signs(annotations) ? "signature" : "attestation";
  if (ATTESTATION.test(type)) return "attestation";
  return SBOM.test(type) ? "sbom" : null;
}

function signs(annotations: Readonly<Record<string, unknown>> | null): boolean {
  const told = [annotations?.["dev.sigstore.bundle.content"], annotations?.["dev.sigstore.bundle.predicateType"]];
  return BUNDLE_SIGNS.some((it) => told.includes(it));
}

/** The same of a manifest's document, which may be anything. */
export function kindOfDocument(mediaType: string, artifactType: string | null, document: JsonObject | null): Kind {
  const key = document !== null && Object.hasOwn(document, "layers") ? "layers" : "blobs";
  const layers = objectsOf(document, key, 100);
  return kindOf({
    mediaType,
    artifactType,
    annotations: objectOf(document, "annotations"),
    layerTypes: layers.map((it) => textOf(it, "mediaType", 256) ?? ""),
  });
}

/** A name that tools make for what belongs to a digest: a list of referrers, or what cosign pushes. */
export function isAuxiliary(tag: string): boolean {
  return AUXILIARY.test(tag);
}

const AUXILIARY = /^sha(?:256|512)-[0-9a-f]{64}(?:[0-9a-f]{64})?(?:\.(?:sig|att|sbom))?$/;

/** What cosign pushes beside a digest, by the end of its tag. */
export const COSIGN_KINDS = { sig: "signature", att: "attestation", sbom: "sbom" } as const;

export function cosignTag(digest: string, end: keyof typeof COSIGN_KINDS): string {
  return `${digest.replace(":", "-")}.${end}`;
}
