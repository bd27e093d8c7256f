/** The first push, step by step; into the namespace that the address names, where it does. */
import { useSearch } from "@tanstack/react-router";
import { useInstance, useMe } from "../../data/me.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Page } from "../../ui/page.tsx";
import { PushGuide } from "./push-guide.tsx";

export function WelcomePage() {
  const { namespace } = useSearch({ from: "/welcome" });
  const me = useMe();
  const instance = useInstance();
  const isStranger = me === null && instance?.isOpen === false;
  return (
    <Page
      title="Push an image"
      lead={
        isStranger
          ? "Copy the lines of the client that you use."
          : "Copy the lines of the client that you use. This page notices when the push arrives."
      }
    >
      {isStranger && (
        <Notice
          action={
            <ButtonLink to="/login" search={{ next: location.pathname + location.search }}>
              Sign in
            </ButtonLink>
          }
        >
          Pushing needs an account. Signed in, you get these lines with your own names in them.
        </Notice>
      )}
      <PushGuide namespace={namespace} />
    </Page>
  );
}
