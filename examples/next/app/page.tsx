import { Chat } from "./chat";

export default function Page() {
  return <Chat model="HuggingFaceTB/SmolLM2-360M-Instruct" />;
}
