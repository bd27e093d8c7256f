/** The configuration in force, as administrators see it. */
export type ShownSetting = {
  key: string;
  /** The environment variable that sets it. */
  variable: string;
  description: string;
  /** JSON text; `set` for a secret; null: not set. */
  value: string | null;
  /** JSON text; null: none. */
  defaultValue: string | null;
  isSecret: boolean;
  isDefault: boolean;
  /** `default`, a file with its line, a variable, or a flag. */
  origin: string;
};

export type ShownConfiguration = { warnings: readonly string[]; items: readonly ShownSetting[] };
