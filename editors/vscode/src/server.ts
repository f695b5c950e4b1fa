// The language server: a program, or the module within the extension.

import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from "vscode-languageclient/node";

/** What the module sends. */
class Reader extends AbstractMessageReader implements MessageReader {
  private callback: DataCallback = () => undefined;

  listen(callback: DataCallback): Disposable {
    this.callback = callback;
    return { dispose: () => (this.callback = () => undefined) };
  }

  give(messages: Message[]): void {
    for (const message of messages) this.callback(message);
  }

  fail(error: Error): void {
    this.fireError(error);
    this.fireClose();
  }
}

/** What the client sends: the module answers at once, and the client hears of it in a turn of its own. */
class Writer extends AbstractMessageWriter implements MessageWriter {
  constructor(
    private readonly reader: Reader,
    private readonly message: (text: string) => string,
  ) {
    super();
  }

  write(message: Message): Promise<void> {
    setImmediate(() => {
      try {
        const answers: Message[] = JSON.parse(this.message(JSON.stringify(message)));
        this.reader.give(answers.map((answer) => ({ ...answer, jsonrpc: "2.0" })));
      } catch (fault) {
        // The instance is of no more use.
        this.reader.fail(fault as Error);
      }
    });
    return Promise.resolve();
  }

  end(): void {}
}

/** The two ends of a connection to the module. */
export function within(message: (text: string) => string): { reader: MessageReader; writer: MessageWriter } {
  const reader = new Reader();
  return { reader, writer: new Writer(reader, message) };
}
