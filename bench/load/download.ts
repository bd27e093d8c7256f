// Readers that really read: curl into /dev/null, several transfers one after another in each of several processes.

export type DownloadResult = { bytes: number; seconds: number };

export type DownloadOptions = {
  url: string;
  readers: number;
  /** Transfers of each reader. */
  transfers: number;
  bytesPerSecond?: number;
  signal?: AbortSignal;
};

export async function download(options: DownloadOptions): Promise<DownloadResult> {
  const { url, readers, transfers, bytesPerSecond, signal } = options;
  const startedAt = performance.now();
  const results = await Promise.all(
    Array.from({ length: readers }, async () => {
      const child = Bun.spawn(
        [
          "curl",
          "--silent",
          "--fail",
          ...(bytesPerSecond === undefined ? [] : ["--limit-rate", String(bytesPerSecond)]),
          "--write-out",
          "%{size_download}\n",
          ...Array.from({ length: transfers }, () => ["--output", "/dev/null", url]).flat(),
        ],
        {
          stdin: "ignore",
          stdout: "pipe",
          stderr: "inherit",
          timeout: 120_000,
          ...(signal === undefined ? {} : { signal }),
        },
      );
      const text = await child.stdout.text();
      if ((await child.exited) !== 0 && signal?.aborted !== true) throw new Error(`curl could not read ${url}`);
      return text.split("\n").reduce((total, line) => total + Number(line), 0);
    }),
  );
  return { bytes: results.reduce((total, bytes) => total + bytes, 0), seconds: (performance.now() - startedAt) / 1000 };
}
