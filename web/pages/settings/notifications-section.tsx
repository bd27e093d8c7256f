/** What mails the account gets, and when. There is nothing to switch: each of them is about the account's own safety, or was asked for. */
import { Link } from "@tanstack/react-router";
import { client } from "../../data/client.ts";
import { useSetup } from "../../data/me.ts";
import { useRead } from "../../data/query.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/page.tsx";
import { Answer } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";

const MAILS = [
  {
    what: "New sign-in",
    when: "Somebody signs in to the account in a browser from where there was no sign-in before: another browser or system, or another network.",
    needs: "A confirmed address",
  },
  {
    what: "Confirm the address",
    when: "An address was given to the account, or the link was asked for again.",
    needs: "Goes to that address",
  },
  {
    what: "New password",
    when: "Somebody asked for a new password at the sign-in page.",
    needs: "A confirmed address",
  },
  { what: "Invitation", when: "An organisation invites an e-mail address.", needs: "Goes to that address" },
] as const;

export function NotificationsSection() {
  const setup = useSetup();
  const account = useRead(client.account.get, undefined);
  return (
    <Section
      title="Notifications"
      lead="What this registry writes to you. All of it is about the account's own safety or was asked for, so there is nothing to turn off; nothing else is sent."
    >
      <Answer answer={account} what="Your account">
        {({ email, isEmailVerified }) =>
          setup?.hasMail === false ? (
            <Notice title="This registry sends no mail">
              Its administrator has set no mail server. Invitations to your account are listed{" "}
              <Link
                to="/settings/$section"
                params={{ section: "organisations" }}
                className="underline underline-offset-2"
              >
                with the organisations
              </Link>
              .
            </Notice>
          ) : email !== null && isEmailVerified ? (
            <Notice tone="good">Mails go to {email}.</Notice>
          ) : (
            <Notice
              tone="warn"
              title={email === null ? "This account has no e-mail address" : `${email} is not confirmed`}
              action={<ButtonLink to="/settings">{email === null ? "Give one" : "Confirm it"}</ButtonLink>}
            >
              So it is told of no sign-ins, and a forgotten password cannot be reset by mail.
            </Notice>
          )
        }
      </Answer>
      {setup?.hasMail !== false && <Mails />}
    </Section>
  );
}

function Mails() {
  return (
    <Table label="Mails">
      <Head>
        <HeadCell>Mail</HeadCell>
        <HeadCell>Sent when</HeadCell>
        <HeadCell>Needs</HeadCell>
      </Head>
      <tbody>
        {MAILS.map(({ what, when, needs }) => (
          <Row key={what}>
            <Cell className="font-medium whitespace-nowrap">{what}</Cell>
            <Cell className="min-w-64">{when}</Cell>
            <Cell className="whitespace-nowrap text-soft">{needs}</Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
