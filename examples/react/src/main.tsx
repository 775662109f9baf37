// The element in React: a property, an event with its type, and a method by its ref.

import type { PronkChat } from "pronk/react";
import "pronk/react";
import { useRef, useState } from "react";
import { createRoot } from "react-dom/client";

function App() {
  const chat = useRef<PronkChat>(null);
  const [state, setState] = useState("");
  return (
    <>
      <p>
        {state} <button onClick={() => void chat.current?.ask("Why do springboks leap?")}>Ask for me</button>
      </p>
      <pronk-chat
        ref={chat}
        model="HuggingFaceTB/SmolLM2-360M-Instruct"
        autoload
        onpronk-state={(event) => setState(event.detail.state)}
      />
    </>
  );
}

createRoot(document.getElementById("app")!).render(<App />);
