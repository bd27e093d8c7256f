/** Plans as they are in force, where they are configured, and what of them is used. */
import { Link } from "@tanstack/react-router";
import { client } from "../../../data/client.ts";
import { useRead } from "../../../data/query.ts";
import { formatBytes } from "../../../ui/format.ts";
import { Notice } from "../../../ui/notice.tsx";
import { Section } from "../../../ui/page.tsx";
import { Answer } from "../../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../../ui/table.tsx";
import { toAdmin } from "../address.ts";
import { limitWords, pullWords } from "./plan-words.ts";
import { UsageTable } from "./usage-table.tsx";

export function PlansSection() {
  const plans = useRead(client.plans.plans, undefined);
  return (
    <div className="flex flex-col gap-8">
      <Section
        title="Plans"
        lead={
          <>
            They are written in the configuration, under <span className="code">limits</span>, and hold from a start on.
          </>
        }
      >
        <Answer answer={plans}>
          {({ plans: items }) => (
            <Table label="Plans">
              <Head>
                <HeadCell>Plan</HeadCell>
                <HeadCell isNumber>Pulls</HeadCell>
                <HeadCell isNumber>Private repositories</HeadCell>
                <HeadCell isNumber>Storage</HeadCell>
                <HeadCell isNumber>Members</HeadCell>
                <HeadCell isNumber>Builds at a time</HeadCell>
              </Head>
              <tbody>
                {items.map((it) => (
                  <Row key={it.name}>
                    <Cell className="font-medium">{it.name}</Cell>
                    <Cell isNumber>{pullWords(it.pulls, it.pullWindowSeconds)}</Cell>
                    <Cell isNumber>{limitWords(it.privateRepositories)}</Cell>
                    <Cell isNumber>{limitWords(it.storageBytes, formatBytes)}</Cell>
                    <Cell isNumber>{limitWords(it.members)}</Cell>
                    <Cell isNumber>{limitWords(it.parallelBuilds)}</Cell>
                  </Row>
                ))}
              </tbody>
            </Table>
          )}
        </Answer>
        <Configured />
      </Section>
      <Section title="Used" lead="By people and organisations. A plan is assigned on the page of each.">
        <UsageTable />
      </Section>
    </div>
  );
}

/** The settings that say so, with their origin. */
function Configured() {
  const configuration = useRead(client.administration.configuration, undefined);
  const settings = configuration.data?.items.filter((it) => it.key.startsWith("limits.")) ?? [];
  if (settings.length === 0) return null;
  const isOff = settings.some((it) => it.key === "limits.enabled" && it.value === "false");
  return (
    <>
      {isOff && (
        <Notice title="Plans limit nothing on this registry">
          Set <span className="code">limits.enabled</span> to true, and start the server anew, for them to hold.
        </Notice>
      )}
      <Table label="Settings of limits">
        <Head>
          <HeadCell>Setting</HeadCell>
          <HeadCell>Value</HeadCell>
          <HeadCell>From</HeadCell>
        </Head>
        <tbody>
          {settings.map((it) => (
            <Row key={it.key}>
              <Cell className="code">{it.key}</Cell>
              <Cell className="code break-all">{it.value ?? "not set"}</Cell>
              <Cell>
                {it.isDefault ? (
                  <Link {...toAdmin("configuration")} className="link">
                    default
                  </Link>
                ) : (
                  it.origin
                )}
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
    </>
  );
}
