// Passkeys: the browser's part of WebAuthn, between the node's JSON and the authenticator's bytes.
import { post, Problem } from "./api.js";
import { t } from "./i18n.js";
import type { PasskeyAsk, PasskeyOptions } from "./types.js";

// A passkey belongs to a name: by an address, or without TLS elsewhere than at this machine, the browser offers none.
export function passkeys_here(): boolean {
	return isSecureContext && "PublicKeyCredential" in window && !/^[\d.]+$|^\[/.test(location.hostname);
}

function bytes_of(text: string): Uint8Array<ArrayBuffer> {
	const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
	return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

export function text_of(bytes: ArrayBuffer): string {
	return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const ids = (list: { id: string }[]): PublicKeyCredentialDescriptor[] => list.map((c) => ({ type: "public-key", id: bytes_of(c.id) }));

// What the authenticator does not do, the browser tells as a DOMException: one sentence for all of them, but for a passkey that is there already.
async function asked<T>(what: Promise<Credential | null>): Promise<T> {
	try {
		const made = await what;
		if (made) return made as T;
	} catch (e) {
		if (e instanceof DOMException && e.name === "InvalidStateError") throw new Problem("passkey", 0, t("passkey.known"));
		if (!(e instanceof DOMException)) throw e;
	}
	throw new Problem("passkey", 0, t("passkey.stopped"));
}

// Makes one; what it returns goes to POST /session/passkeys with a name.
export async function passkey_make(): Promise<Record<string, string>> {
	const o = await post<PasskeyOptions>("/session/passkeys/begin");
	const made = await asked<PublicKeyCredential>(navigator.credentials.create({
		publicKey: {
			...o, challenge: bytes_of(o.challenge), user: { ...o.user, id: bytes_of(o.user.id) },
			excludeCredentials: ids(o.excludeCredentials),
		},
	}));
	const r = made.response as AuthenticatorAttestationResponse;
	return { clientDataJSON: text_of(r.clientDataJSON), attestationObject: text_of(r.attestationObject) };
}

// Lets one answer what `path` asks; what it returns goes to POST /session/passkey or into POST /session/confirm.
export async function passkey_answer(path: "/session/passkey/begin" | "/session/confirm/passkey"): Promise<Record<string, string>> {
	const o = await post<PasskeyAsk>(path);
	if (path === "/session/confirm/passkey" && o.allowCredentials.length === 0) throw new Problem("passkey", 0, t("passkey.none_here"));
	const got = await asked<PublicKeyCredential>(navigator.credentials.get({
		publicKey: { challenge: bytes_of(o.challenge), rpId: o.rpId, timeout: o.timeout, userVerification: "required", allowCredentials: ids(o.allowCredentials) },
	}));
	const r = got.response as AuthenticatorAssertionResponse;
	return {
		id: text_of(got.rawId), clientDataJSON: text_of(r.clientDataJSON), authenticatorData: text_of(r.authenticatorData), signature: text_of(r.signature),
		...(r.userHandle?.byteLength ? { userHandle: text_of(r.userHandle) } : {}),
	};
}
