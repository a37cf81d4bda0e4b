// Files of packages that are carried in the executable: the import is a path to read them from.
declare module 'swagger-ui-dist/*' {
  const path: string
  export default path
}
