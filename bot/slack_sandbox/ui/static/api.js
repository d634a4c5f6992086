// HTTP requests to the sandbox.

const HEADERS = { "Content-Type": "application/json", "X-Sandbox-Page": "1" };

export async function ask(path, query = {}) {
  const address = `${path}?${new URLSearchParams(query)}`;
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** Post a body; errors are returned as {ok: false, refused}. */
export async function send(path, body) {
  try {
    const response = await fetch(path, { method: "POST", headers: HEADERS, body: JSON.stringify(body) });
    return response.ok ? await response.json() : { ok: false, refused: await response.text() };
  } catch {
    return { ok: false, refused: "This workspace does not answer. Is the command still running in the terminal?" };
  }
}
