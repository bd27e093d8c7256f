/** How each client logs in, pushes and pulls, as lines to copy. */

export type Place = {
  /** What names of images begin with. */
  host: string;
  /** With the scheme. */
  url: string;
  /** The client has to be told that there is no TLS. */
  isPlain: boolean;
  /** The account that pushes, null on an open registry. */
  account: string | null;
  /** Where the first image goes, such as `ada/hello`. */
  repository: string;
  /** What the client has already, `hello-world` unless given. */
  local?: string;
  /** Whom machines log in as, `NAMESPACE.ci` unless given. */
  robot?: string;
};

export type ClientGuide = { id: string; name: string; steps: readonly { title: string; text: string }[] };

export function clientGuides(place: Place): ClientGuide[] {
  const { host, url, isPlain, account, repository } = place;
  const { local = "hello-world", robot = `${repository.split("/")[0]}.ci` } = place;
  const image = `${host}/${repository}:latest`;
  const noTls = isPlain ? " --tls-verify=false" : "";
  const login = (text: string) =>
    account === null ? [] : [{ title: "Log in (with an access token where you have a second factor)", text }];
  return [
    {
      id: "docker",
      name: "Docker",
      steps: [
        ...(isPlain && !isLoopback(host)
          ? [
              {
                title: "There is no TLS here: allow it in /etc/docker/daemon.json, then restart Docker",
                text: JSON.stringify({ "insecure-registries": [host] }, null, 2),
              },
            ]
          : []),
        ...login(`docker login ${host} -u ${account}`),
        { title: "Push", text: `docker tag ${local} ${image}\ndocker push ${image}` },
        { title: "Pull", text: `docker pull ${image}` },
      ],
    },
    {
      id: "podman",
      name: "Podman",
      steps: [
        ...login(`podman login${noTls} ${host} -u ${account}`),
        { title: "Push", text: `podman tag ${local} ${image}\npodman push${noTls} ${image}` },
        { title: "Pull", text: `podman pull${noTls} ${image}` },
      ],
    },
    {
      id: "skopeo",
      name: "Skopeo",
      steps: [
        ...login(`skopeo login${noTls} ${host} -u ${account}`),
        {
          title: "Copy from another registry, all platforms at once",
          text: `skopeo copy${isPlain ? " --dest-tls-verify=false" : ""} --all \\\n  docker://docker.io/library/alpine:latest docker://${image}`,
        },
      ],
    },
    {
      id: "containerd",
      name: "containerd",
      steps: [
        {
          title: `/etc/containerd/certs.d/${host}/hosts.toml`,
          text: `server = "${url}"\n\n[host."${url}"]\n  capabilities = ["pull", "resolve", "push"]`,
        },
        {
          title: account === null ? "Pull" : "Pull (it asks for the password or an access token)",
          text: `ctr image pull --hosts-dir /etc/containerd/certs.d${account === null ? "" : ` --user ${account}`} ${image}`,
        },
      ],
    },
    {
      id: "kubernetes",
      name: "Kubernetes",
      steps: [
        ...(account === null
          ? []
          : [
              {
                title: `Keep the token of a robot, such as ${robot}, as a secret`,
                text: `kubectl create secret docker-registry berth \\\n  --docker-server=${host} --docker-username=${robot} --docker-password=TOKEN`,
              },
            ]),
        {
          title: "Name the image",
          text: `spec:\n  containers:\n    - name: app\n      image: ${image}${account === null ? "" : "\n  imagePullSecrets:\n    - name: berth"}`,
        },
      ],
    },
    {
      id: "github",
      name: "GitHub Actions",
      steps: [
        {
          title:
            account === null ? "A job's steps" : `A job's steps, with the token of a robot as the secret BERTH_TOKEN`,
          text: `${account === null ? "" : `- run: echo "$BERTH_TOKEN" | docker login ${host} -u ${robot} --password-stdin\n  env:\n    BERTH_TOKEN: \${{ secrets.BERTH_TOKEN }}\n`}- run: docker build -t ${image} .\n- run: docker push ${image}`,
        },
      ],
    },
    {
      id: "gitlab",
      name: "GitLab CI",
      steps: [
        {
          title:
            account === null
              ? ".gitlab-ci.yml"
              : ".gitlab-ci.yml, with the token of a robot as the masked variable BERTH_TOKEN",
          text: `push:\n  script:\n${account === null ? "" : `    - echo "$BERTH_TOKEN" | docker login ${host} -u ${robot} --password-stdin\n`}    - docker build -t ${image} .\n    - docker push ${image}`,
        },
      ],
    },
  ];
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}
