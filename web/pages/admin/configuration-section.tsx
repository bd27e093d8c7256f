/** The configuration in force: each setting with its value and where that comes from. Secrets are only said to be set. */
import { SearchX } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { Checkbox, TextField } from "../../ui/field.tsx";
import { plural } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { Answer, Empty } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";

type Configuration = Awaited<ReturnType<typeof client.administration.configuration>>;
type Setting = Configuration["items"][number];

export function ConfigurationSection() {
  const configuration = useRead(client.administration.configuration, undefined);
  return (
    <Section
      title="Configuration in force"
      lead="As the server was started. To change it, edit the file or the variable that is named, and start the server anew."
    >
      <Answer answer={configuration} lines={8}>
        {({ warnings, items }) => (
          <>
            {warnings.map((it) => (
              <Notice key={it} tone="warn">
                {it}
              </Notice>
            ))}
            <Settings items={items} />
          </>
        )}
      </Answer>
    </Section>
  );
}

function Settings({ items }: { items: readonly Setting[] }) {
  const [text, setText] = useState("");
  const [isChangedOnly, setChangedOnly] = useState(false);
  const asked = useDeferredValue(text.trim().toLowerCase());
  const shown = items.filter(
    (it) =>
      (!isChangedOnly || !it.isDefault) &&
      [it.key, it.variable, it.description, it.origin].some((part) => part.toLowerCase().includes(asked)),
  );
  return (
    <>
      <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
        <TextField
          label="Search the settings"
          type="search"
          placeholder="http.port, tls, bin"
          className="w-full sm:w-72"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Checkbox
          label="Only those that are not the default"
          className="pb-2"
          checked={isChangedOnly}
          onChange={(event) => setChangedOnly(event.target.checked)}
        />
        <p role="status" className="pb-2 text-sm text-soft">
          {plural(shown.length, "setting")}
        </p>
      </div>
      {shown.length === 0 ? (
        <Empty title="No such setting" icon={<SearchX size={28} aria-hidden="true" />}>
          {isChangedOnly ? "None of those that were set matches." : "Its name, variable and description are searched."}
        </Empty>
      ) : (
        <Table label="Settings">
          <Head>
            <HeadCell>Setting</HeadCell>
            <HeadCell>Value</HeadCell>
            <HeadCell>Default</HeadCell>
            <HeadCell>From</HeadCell>
          </Head>
          <tbody>
            {shown.map((it) => (
              <Row key={it.key}>
                <Cell className="align-top">
                  <p className="code font-medium">{it.key}</p>
                  <p className="max-w-md min-w-52 text-xs text-soft">{it.description}</p>
                  <p className="code text-xs text-soft">{it.variable}</p>
                </Cell>
                <Cell className="min-w-36 align-top">
                  <Value setting={it} />
                </Cell>
                <Cell className="code min-w-24 align-top break-words text-soft">
                  {it.isSecret ? "" : (it.defaultValue ?? "none")}
                </Cell>
                <Cell className="align-top">
                  {it.isDefault ? <span className="text-soft">default</span> : <Badge tone="accent">{it.origin}</Badge>}
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </>
  );
}

function Value({ setting: { value, isSecret } }: { setting: Setting }) {
  if (value === null) return <span className="text-soft">not set</span>;
  if (isSecret) return <Badge tone="good">set</Badge>;
  return <span className="code [overflow-wrap:anywhere]">{value}</span>;
}
