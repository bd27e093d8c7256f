/** The flags that `serve` takes, and `config` too, so that its configuration can be looked at before it starts. */
import { parseArgs } from "node:util";
import type { ConfigSources } from "../config.ts";

export const FLAGS_HELP = `  --config FILE     configuration file (default: $BERTH_CONFIG)
  --host ADDRESS    address to listen on (default: 127.0.0.1)
  --port NUMBER     port to listen on, 0 for any free one (default: 5000)
  --data DIRECTORY  directory that holds everything this server keeps (default: ./data)
  --open            serve without accounts also where others can reach the server
`;

/** Throws a TypeError that names a flag which there is not. A file may stand alone, as registry:2 takes it. */
export function parseFlags(args: string[]): ConfigSources {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      config: { type: "string" },
      host: { type: "string" },
      port: { type: "string" },
      data: { type: "string" },
      open: { type: "boolean" },
    },
  });
  const { config, ...flags } = values;
  const [argument, ...more] = positionals;
  if (more.length > 0) throw new TypeError(`'${more.join(" ")}' was not expected: one configuration file is taken`);
  const file = config ?? argument;
  return { environment: process.env, flags, ...(file === undefined ? {} : { file }) };
}
