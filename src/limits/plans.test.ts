import { expect, test } from "bun:test";
import { assertContract } from "../contract/assert-contract.ts";
import { limitsApi } from "./api.ts";
import { limitsConfig } from "./config.ts";
import { moreGenerous, Plans } from "./plans.ts";
import { TIERS, UNLIMITED } from "./tiers.ts";

const plansOf = (given: object) => new Plans(limitsConfig.parse(given));

test("the shipped plans are Docker Hub's tiers", () => {
  const table = TIERS.map(
    ({ name, pulls, pullWindowSeconds, privateRepositories, storageBytes, members, parallelBuilds }) =>
      [name, pulls, pullWindowSeconds, privateRepositories, storageBytes, members, parallelBuilds].join(" "),
  );
  expect(table.map((it) => it.split(" "))).toEqual([
    ["anonymous", "100", "21600", "0", "", "0", "0"],
    ["free", "200", "21600", "1", "", "1", "0"],
    ["pro", "", "21600", "", "", "1", "5"],
    ["team", "", "21600", "", "", "100", "15"],
    ["business", "", "21600", "", "", "", "15"],
  ]);
});

test("nothing is limited unless told", () => {
  expect(limitsConfig.parse({}).enabled).toBe(false);
});

test("the configuration changes single figures of a shipped plan, and adds plans that are unlimited but for what it says", () => {
  const plans = plansOf({
    defaultPlan: "staff",
    plans: {
      free: { pulls: 500, storageBytes: "5GiB" },
      team: { members: "unlimited" },
      staff: { privateRepositories: 10 },
    },
  });
  expect(plans.find("free")).toEqual({
    ...UNLIMITED,
    name: "free",
    pulls: 500,
    privateRepositories: 1,
    storageBytes: 5 * 2 ** 30,
    members: 1,
    parallelBuilds: 0,
  });
  expect(plans.find("team")).toMatchObject({ members: null, parallelBuilds: 15 });
  expect(plans.default).toEqual({ ...UNLIMITED, name: "staff", privateRepositories: 10 });
  expect(plans.of(null).name).toBe("staff");
  expect(plans.of("pro").name).toBe("pro");
  expect(plans.of("gone").name).toBe("staff");
  expect(plans.of("__proto__").name).toBe("staff");
});

test.each([
  { defaultPlan: "platinum" },
  { anonymousPlan: "nobody" },
  { plans: { free: { pulls: -1 } } },
  { plans: { free: { pulls: 1.5 } } },
  { plans: { free: { pulls: "many" } } },
  { plans: { free: { pulls: null } } },
  { plans: { free: { pullWindowSeconds: 0 } } },
  { plans: { free: { storageBytes: "5 bananas" } } },
  { plans: { free: { color: "blue" } } },
  { plans: { "Not A Name": {} } },
])("%j is refused", (given) => {
  expect(limitsConfig.safeParse(given).success).toBe(false);
});

test("of two plans the one that lets more be pulled in the same time", () => {
  const hour = { ...UNLIMITED, name: "hour", pulls: 10, pullWindowSeconds: 3_600 };
  const day = { ...UNLIMITED, name: "day", pulls: 100, pullWindowSeconds: 86_400 };
  const free = { ...UNLIMITED, name: "unlimited" };
  expect(moreGenerous(hour, day)).toBe(hour);
  expect(moreGenerous(day, hour)).toBe(hour);
  expect(moreGenerous(day, free)).toBe(free);
  expect(moreGenerous(free, day)).toBe(free);
});

test("the endpoints hold what every contract must", () => {
  assertContract({ plans: limitsApi });
});
