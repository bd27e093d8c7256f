/** Configuration of plans. */
import { z } from "zod";
import { byteSize } from "../lib/config-types.ts";
import { TIERS } from "./tiers.ts";

const unlimited = z.literal("unlimited");

const count = (what: string) =>
  z
    .union([z.int().min(0), unlimited], { error: "expected a number from 0, or unlimited" })
    .optional()
    .describe(`${what}: a number or \`unlimited\`.`);

const planName = () =>
  z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, {
    error: "expected a name of 1 to 32 of a-z, 0-9 and - between them",
  });

/** What is left out stays as in the plan of that name that comes with Berth; in another it is unlimited. */
const plan = z.strictObject({
  pulls: count("Pulls of an account, or of an address without one, in a window"),
  pullWindowSeconds: z.int().min(1).max(2_592_000).optional().describe("Length of that window. Seconds."),
  privateRepositories: count("Private repositories in a namespace"),
  storageBytes: z
    .union([unlimited, byteSize()])
    .optional()
    .describe("Bytes of the blobs in a namespace, each counted once, or `unlimited`."),
  members: count("Members of an organisation, its owners included"),
  parallelBuilds: count("Builds at a time; nothing builds yet"),
});

export const limitsConfig = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe("Whether plans limit anything: pulls, private repositories, members, storage."),
    anonymousPlan: planName().default("anonymous").describe("Plan of callers without an account, by address."),
    defaultPlan: planName()
      .default("free")
      .describe("Plan of accounts and organisations for which no administrator has set one."),
    recountSeconds: z
      .int()
      .min(10)
      .max(604_800)
      .default(3_600)
      .describe("Seconds between two exact counts of what namespaces store; pushes are counted at once."),
    plans: z
      .record(planName(), plan)
      .default({})
      .describe("Figures of plans: of new ones, or in place of those of anonymous, free, pro, team and business."),
  })
  .superRefine(({ anonymousPlan, defaultPlan, plans }, context) => {
    const names = [...TIERS.map(({ name }) => name), ...Object.keys(plans)];
    for (const [key, name] of Object.entries({ anonymousPlan, defaultPlan })) {
      if (!names.includes(name)) context.addIssue({ code: "custom", path: [key], message: `there is no plan ${name}` });
    }
  });

export type LimitsConfig = z.output<typeof limitsConfig>;
