/** Why somebody can, or cannot, do something with a repository: every rule that was looked at. */
import { Check, Minus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { Button } from "../../../ui/button.tsx";
import { SelectField, TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { Section } from "../../../ui/page.tsx";
import { Answer } from "../../../ui/states.tsx";

const ACTIONS = [
  ["pull", "pull"],
  ["push", "push"],
  ["delete", "delete tags"],
  ["describe", "edit the README"],
  ["administer", "change its settings"],
] as const;

type Asked = { account: string; action: (typeof ACTIONS)[number][0] };

export function Explain({ repository }: { repository: string }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [account, setAccount] = useState("");
  const [action, setAction] = useState<Asked["action"]>("pull");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked({ account: account.trim(), action });
  };
  return (
    <Section
      title="Who may do what, and why"
      lead="Ask about one account: every rule that speaks for or against it is shown."
    >
      <form onSubmit={submit} aria-label="Explain access" className="grid items-end gap-2 sm:grid-cols-[1fr_1fr_auto]">
        <TextField
          label="Can the account"
          value={account}
          required
          maxLength={255}
          placeholder="login name"
          onChange={(event) => setAccount(event.target.value)}
        />
        <SelectField
          label="do this"
          value={action}
          onChange={(event) => setAction(event.target.value as Asked["action"])}
        >
          {ACTIONS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <Button type="submit">Explain</Button>
      </form>
      {asked !== null && <Explanation repository={repository} {...asked} />}
    </Section>
  );
}

function Explanation({ repository, account, action }: Asked & { repository: string }) {
  const answer = useRead(client.access.explain, { query: { repository, account, action } });
  return (
    <Answer answer={answer} what="The account">
      {({ isAllowed, reason, rules, neededRole, role }) => (
        <div className="flex flex-col gap-2">
          <Notice
            tone={isAllowed ? "good" : "warn"}
            title={isAllowed ? `Yes, ${account} can.` : `No, ${account} cannot.`}
          >
            {isAllowed ? `It takes the role ${neededRole}.` : reason}{" "}
            {role === null ? "No rule gives a role." : `The best role that any rule gives: ${role}.`}
          </Notice>
          <ul className="divide-y divide-line rounded-lg border border-line bg-surface text-sm">
            {rules.map(({ kind, text, counts }, index) => (
              <li key={`${kind} ${index}`} className="flex items-start gap-2 px-3 py-2">
                {counts ? (
                  <Check size={16} aria-label="counts" className="mt-0.5 shrink-0 text-good" />
                ) : (
                  <Minus size={16} aria-label="does not count" className="mt-0.5 shrink-0 text-soft" />
                )}
                <span className="min-w-0 break-words">{text}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Answer>
  );
}
