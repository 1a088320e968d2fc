declare module "world-atlas/*.json" {
	const value: object;
	export default value;
}
declare module "*.css";
// Of Vite: modules by a pattern, each fetched when it is called.
interface ImportMeta {
	glob<T>(pattern: string): Record<string, () => Promise<T>>;
}
