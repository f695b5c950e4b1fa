// Files that the build puts in as text.
declare module "*.md" {
  const text: string;
  export default text;
}
declare module "*.json" {
  const text: string;
  export default text;
}
declare module "*.sh" {
  const text: string;
  export default text;
}
declare module "*.ps1" {
  const text: string;
  export default text;
}
declare module "*.http" {
  const text: string;
  export default text;
}
declare module "*.answer" {
  const text: string;
  export default text;
}
