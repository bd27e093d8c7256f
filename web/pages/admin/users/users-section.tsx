/** Everybody who has an account: found, filtered, looked at one by one. */
import { useNavigate } from "@tanstack/react-router";
import { UserRound } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { client } from "../../../data/client.ts";
import { usePages } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { SelectField, TextField } from "../../../ui/field.tsx";
import { Section } from "../../../ui/page.tsx";
import { Empty, Failed, Loading, More } from "../../../ui/states.tsx";
import { toAdmin } from "../address.ts";
import type { AdminProps } from "../admin-pages.tsx";
import { NewUserDialog } from "./new-user-dialog.tsx";
import { UserDetails } from "./user-details.tsx";
import { UserTable } from "./user-table.tsx";

export function UsersSection({ mayChange, rest }: AdminProps) {
  return rest === "" ? <Users mayChange={mayChange} /> : <UserDetails mayChange={mayChange} name={rest} />;
}

const KINDS = ["person", "robot"] as const;
const ROLES = ["administrator", "auditor", "none"] as const;

function Users({ mayChange }: { mayChange: boolean }) {
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const [text, setText] = useState("");
  const [kind, setKind] = useState("person");
  const [role, setRole] = useState("");
  const [state, setState] = useState("");
  const q = useDeferredValue(text.trim());
  const users = usePages(
    client.accounts.list,
    {
      query: {
        limit: 50,
        ...(q === "" ? {} : { q }),
        ...given("kind", KINDS, kind),
        ...given("systemRole", ROLES, role),
        ...(state === "" ? {} : { isDisabled: state === "disabled" }),
      },
    },
    { keepsPrevious: true },
  );
  return (
    <Section
      title="Users"
      actions={
        mayChange && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            Create a user
          </Button>
        )
      }
    >
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-[2fr_1fr_1fr_1fr]">
        <TextField
          label="Search"
          type="search"
          placeholder="Name or e-mail address"
          className="col-span-2 lg:col-span-1"
          value={text}
          maxLength={100}
          onChange={(event) => setText(event.target.value)}
        />
        <SelectField label="Kind" value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">All</option>
          <option value="person">People</option>
          <option value="robot">Robots</option>
        </SelectField>
        <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value)}>
          <option value="">Any</option>
          <option value="administrator">Administrators</option>
          <option value="auditor">Auditors</option>
          <option value="none">Neither</option>
        </SelectField>
        <SelectField label="State" value={state} onChange={(event) => setState(event.target.value)}>
          <option value="">Any</option>
          <option value="enabled">Enabled</option>
          <option value="disabled">Disabled</option>
        </SelectField>
      </div>
      {users.error !== null ? (
        <Failed error={users.error} retry={() => void users.refetch()} />
      ) : users.data === undefined ? (
        <Loading lines={6} />
      ) : users.items.length === 0 && !users.hasNextPage ? (
        <Empty title="Nobody is like that" icon={<UserRound size={28} aria-hidden="true" />}>
          No account matches the search and the filters.
        </Empty>
      ) : (
        <UserTable users={users.items} />
      )}
      <More pages={users} />
      {isCreating && (
        <NewUserDialog onClose={() => setCreating(false)} onMade={(name) => void navigate(toAdmin("users", name))} />
      )}
    </Section>
  );
}

/** A filter as the API takes it: left out where it is not one of the words. */
function given<K extends string, T extends string>(key: K, words: readonly T[], value: string): Partial<Record<K, T>> {
  const word = words.find((it) => it === value);
  // One key, which is a K.
  return (word === undefined ? {} : { [key]: word }) as Partial<Record<K, T>>;
}
