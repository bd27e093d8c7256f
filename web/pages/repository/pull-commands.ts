/** How each client gets an image or an artifact, as lines to copy. */

export type Pulled = {
  /** What names of images begin with. */
  host: string;
  /** There is no TLS, and clients want to be told. */
  isPlain: boolean;
  repository: string;
  /** A tag or a digest. */
  reference: string;
  /** As the hub API tells it of a tag. */
  kind: string;
};

export type PullCommand = { id: string; name: string; text: string };

/** At least one, the most usual first. */
export function pullCommands({
  host,
  isPlain,
  repository,
  reference,
  kind,
}: Pulled): readonly [PullCommand, ...PullCommand[]] {
  const name = `${host}/${repository}`;
  const isDigest = reference.includes(":");
  const whole = `${name}${isDigest ? "@" : ":"}${reference}`;
  const plain = isPlain ? " --plain-http" : "";
  const oras = { id: "oras", name: "ORAS", text: `oras pull${plain} ${whole}` };
  if (kind === "helm-chart") {
    const chart = isDigest ? `oci://${whole}` : `oci://${name} --version ${reference.replaceAll("_", "+")}`;
    const release = repository.slice(repository.lastIndexOf("/") + 1);
    return [
      { id: "helm-install", name: "Helm: install", text: `helm install${plain} ${release} ${chart}` },
      { id: "helm-pull", name: "Helm: pull", text: `helm pull${plain} ${chart}` },
      oras,
    ];
  }
  if (kind === "compose") {
    return [{ id: "compose", name: "Docker Compose", text: `docker compose -f oci://${whole} up` }, oras];
  }
  if (kind !== "image" && kind !== "index") return [oras];
  const noTls = isPlain ? " --tls-verify=false" : "";
  return [
    { id: "docker", name: "Docker", text: `docker pull ${whole}` },
    { id: "podman", name: "Podman", text: `podman pull${noTls} ${whole}` },
    {
      id: "skopeo",
      name: "Skopeo",
      text: `skopeo copy${isPlain ? " --src-tls-verify=false" : ""} --all docker://${whole} oci:${repository.slice(repository.lastIndexOf("/") + 1)}`,
    },
    { id: "containerd", name: "containerd", text: `ctr image pull${plain} ${whole}` },
    { id: "kubernetes", name: "Kubernetes", text: `image: ${whole}` },
    { id: "dockerfile", name: "Dockerfile", text: `FROM ${whole}` },
  ];
}
