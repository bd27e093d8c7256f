/** The first push, step by step. */
import { Page } from "../../ui/page.tsx";
import { PushGuide } from "./push-guide.tsx";

export function WelcomePage() {
  return (
    <Page
      title="Push an image"
      lead="Copy the lines of the client that you use. This page notices when the push arrives."
    >
      <PushGuide />
    </Page>
  );
}
