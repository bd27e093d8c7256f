/** The start of a registry in which the person sees nothing: the first push, or the way in. */
import { PackageOpen } from "lucide-react";
import { useInstance, useMe } from "../../data/me.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { PushGuide } from "./push-guide.tsx";

export function NothingYet() {
  const me = useMe();
  const instance = useInstance();
  if (me === undefined || instance === undefined) {
    return (
      <Page title="Berth">
        <Loading lines={5} />
      </Page>
    );
  }
  if (me !== null || instance.isOpen) {
    return (
      <Page
        title="Berth"
        heading="Nothing is here yet"
        lead="Push the first image: copy the lines of the client that you use. This page notices when it arrives."
      >
        <PushGuide />
      </Page>
    );
  }
  return (
    <Page title="Berth" heading="A registry for container images">
      <Empty
        title={instance.isClaimed ? "Nothing here is public" : "Nobody has claimed this registry yet"}
        icon={<PackageOpen size={28} aria-hidden="true" />}
        action={
          instance.isClaimed ? (
            <ButtonLink kind="primary" to="/login" search={{ next: undefined }}>
              Sign in
            </ButtonLink>
          ) : (
            <ButtonLink kind="primary" to="/setup">
              Claim it
            </ButtonLink>
          )
        }
      >
        {instance.isClaimed
          ? "What is private shows up once you are signed in."
          : "It takes no pushes from here until it has an administrator."}
      </Empty>
    </Page>
  );
}
