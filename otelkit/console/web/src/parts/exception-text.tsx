// A Python traceback, drawn so that its frames and its error stand out.
import { readTraceback, splitTraceback } from "./traceback";

export function isExceptionText(text: string): boolean {
  return splitTraceback(text).traceback !== null;
}

export function ExceptionText({ text }: { text: string }) {
  const { message, traceback } = splitTraceback(text);
  return (
    <>
      {message === "" ? null : <p class="exception-message">{message}</p>}
      {traceback === null ? null : <Traceback traceback={traceback} />}
    </>
  );
}

export function Traceback({ traceback }: { traceback: string }) {
  return (
    <pre class="traceback" data-testid="traceback" tabIndex={0} aria-label="Traceback">
      {readTraceback(traceback).map((line, index) => (
        <span key={index} class={`traceback-${line.role}`}>
          {line.text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
