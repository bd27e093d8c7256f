/**
 * A configuration schema as a flat list of its keys.
 *
 * The environment, the suggestions in errors, `config print` and the reference page all need to know which keys
 * exist; reading them off the schema keeps one source. Alternatives with a `driver` key are read as one group in
 * which some keys belong to some drivers; the first driver is the default.
 */
import { z } from "zod";

export type Setting = {
  path: readonly string[];
  /** The path with dots, as people write it. */
  key: string;
  schema: z.ZodType;
  description: string;
  /** What the key means when nobody sets it; undefined when it is then absent. */
  defaultValue: unknown;
  isRequired: boolean;
  isSecret: boolean;
  isList: boolean;
  /** True when every allowed value is text, so that text from the environment needs no reading as YAML. */
  isText: boolean;
  /** True when the allowed values are a short list of words. */
  isChoice: boolean;
  /** The drivers that know the key, when it depends on one. */
  drivers: { key: string; names: readonly string[] } | null;
};

/** A group of settings whose keys depend on its `driver` key. */
export type DriverChoice = { path: readonly string[]; key: string; names: readonly string[] };

/** A group of groups that are alike, under names that the operator chooses: directories, login providers. */
export type SettingRecord = { path: readonly string[]; key: string; hasSecrets: boolean };

export type Settings = {
  list: readonly Setting[];
  choices: readonly DriverChoice[];
  records: readonly SettingRecord[];
};

/** Stands for the names in a record where none are given. */
const ANY_NAME = "<name>";

/** Every key of a schema, in its order; those in a record once for each of its names, which are `<name>` unless told. */
export function listSettings(
  schema: z.ZodType,
  namesOf: (record: SettingRecord) => readonly string[] = () => [ANY_NAME],
): Settings {
  const found = new Map<string, Setting>();
  const choices: DriverChoice[] = [];
  const records: SettingRecord[] = [];
  walk(schema, [], null);
  return { list: [...found.values()], choices, records };

  function walk(schema: z.ZodType, path: readonly string[], drivers: Setting["drivers"]): void {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodDiscriminatedUnion) walkDrivers(inner.options, path);
    else if (inner instanceof z.ZodObject) walkShape(inner, path, drivers);
    else if (inner instanceof z.ZodRecord) walkRecord(asClassic(inner.valueType), path);
    else add(describe(schema, path, drivers));
  }

  function walkShape(schema: z.ZodObject, path: readonly string[], drivers: Setting["drivers"]): void {
    for (const [name, child] of Object.entries(schema.shape)) walk(asClassic(child), [...path, name], drivers);
  }

  function walkRecord(value: z.ZodType, path: readonly string[]): void {
    const record = { path, key: path.join("."), hasSecrets: hasSecret(value) };
    records.push(record);
    for (const name of namesOf(record)) walk(value, [...path, name], null);
  }

  function walkDrivers(options: readonly z.core.$ZodType[], path: readonly string[]): void {
    const key = [...path, "driver"].join(".");
    const shapes = options.map((option) => asClassic(option)).filter((option) => option instanceof z.ZodObject);
    const names = shapes.map((shape) => driverName(shape));
    choices.push({ path, key, names });
    for (const [index, shape] of shapes.entries()) walkShape(shape, path, { key, names: [names[index] ?? ""] });
    const driver = found.get(key);
    if (driver) found.set(key, { ...driver, drivers: null, defaultValue: names[0], isRequired: false });
    // What every driver knows depends on none.
    for (const setting of found.values()) {
      if (setting.drivers?.key === key && setting.drivers.names.length === names.length) setting.drivers = null;
    }
  }

  function add(setting: Setting): void {
    const known = found.get(setting.key);
    if (!known) found.set(setting.key, setting);
    else if (known.drivers && setting.drivers) {
      known.drivers = { key: known.drivers.key, names: [...known.drivers.names, ...setting.drivers.names] };
    }
  }
}

function describe(schema: z.ZodType, path: readonly string[], drivers: Setting["drivers"]): Setting {
  const inner = unwrap(schema);
  return {
    path,
    key: path.join("."),
    schema,
    description: schema.meta()?.description ?? "",
    defaultValue: findDefault(schema),
    isRequired: !schema.safeParse(undefined).success,
    isSecret: findMeta(schema, "writeOnly") === true,
    isList: inner instanceof z.ZodArray,
    isText: inner instanceof z.ZodString || inner instanceof z.ZodEnum || inner instanceof z.ZodLiteral,
    isChoice: inner instanceof z.ZodEnum,
    drivers,
  };
}

/** The schema of what a person writes: without defaults, and before transformations. */
function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  for (;;) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      inner = asClassic(inner.unwrap());
    } else if (inner instanceof z.ZodPipe) inner = asClassic(inner.in);
    else return inner;
  }
}

/** Whether a group has a secret in it. Asks nothing else: describing every key takes longer than a start may. */
function hasSecret(schema: z.ZodType): boolean {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) return findMeta(schema, "writeOnly") === true;
  return Object.values(inner.shape).some((child) => hasSecret(asClassic(child)));
}

function findDefault(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.def.defaultValue;
  return undefined;
}

function findMeta(schema: z.ZodType, name: string): unknown {
  const here = schema.meta()?.[name];
  if (here !== undefined) return here;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return findMeta(asClassic(schema.unwrap()), name);
  return undefined;
}

function driverName(shape: z.ZodObject): string {
  const driver = shape.shape["driver"];
  if (!(driver instanceof z.ZodLiteral)) throw new TypeError("an alternative has no literal driver key");
  return String(driver.value);
}

/** Our schemas are all made with the full library; its own types only promise the common core of its variants. */
function asClassic(schema: z.core.$ZodType): z.ZodType {
  if (!(schema instanceof z.ZodType)) throw new TypeError("a configuration schema comes from another zod variant");
  return schema;
}
