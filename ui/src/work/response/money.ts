// Amounts are in the smallest unit of their currency (ISO 4217): hundredths mostly, none of yen, thousandths of dinars.
export function digits(currency: string | undefined): number {
	try {
		return new Intl.NumberFormat("en", { style: "currency", currency: currency ?? "" }).resolvedOptions().maximumFractionDigits ?? 2;
	} catch {
		return 2; // no code of three letters: the node says what is wrong with it
	}
}

export const minor = (text: string | undefined, currency: string | undefined): number => Math.round(Number(text) * 10 ** digits(currency));

export const money = (amount: number, currency: string): string =>
	`${(amount / 10 ** digits(currency)).toLocaleString(undefined, { maximumFractionDigits: digits(currency) })} ${currency}`;
