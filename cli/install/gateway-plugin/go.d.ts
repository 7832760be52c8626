declare module '*.go' {
  const text: string
  export default text
}
