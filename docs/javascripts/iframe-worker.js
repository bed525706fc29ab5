// Lets the search of this site run where its pages are opened as files, from which browsers start no worker: a hidden
// frame of the page runs the script, and looks like a worker to both sides. The plugin `offline` goes by the file's name.
"use strict";

if (location.protocol === "file:") {
  // What the script in the frame calls as a worker would: answers go to the page, scripts are added one after another.
  const given = `
    postMessage = (answer) => parent.postMessage(answer, "*");
    importScripts = async (...addresses) => {
      for (const address of addresses)
        await new Promise((done, failed) => {
          const script = document.createElement("script");
          Object.assign(script, { src: address, onload: done, onerror: failed });
          document.body.append(script);
        });
    };`;

  window.Worker = class extends EventTarget {
    #frame = document.createElement("iframe");
    #started;

    constructor(address) {
      super();
      this.#frame.hidden = true;
      document.body.append(this.#frame);
      const inner = this.#frame.contentWindow;
      inner.document.open();
      inner.document.write(`<body><script>${given}</script><script src="${address}"></script></body>`);
      this.#started = new Promise((done) => inner.addEventListener("load", done, { once: true }));
      inner.document.close();
      window.addEventListener("message", ({ source, data }) => {
        if (source === this.#frame.contentWindow) this.dispatchEvent(new MessageEvent("message", { data }));
      });
    }

    async postMessage(asked) {
      await this.#started;
      this.#frame.contentWindow.dispatchEvent(new MessageEvent("message", { data: structuredClone(asked) }));
    }

    terminate() {
      this.#frame.remove();
    }
  };
}
