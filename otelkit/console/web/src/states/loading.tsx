// What stands where an answer is awaited: quiet bars in the shape of what will come.

export function LoadingRows({ rows = 8, label }: { rows?: number; label: string }) {
  return (
    <div class="loading" role="status" aria-label={label} data-testid="loading">
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} style={{ "--width": `${88 - ((index * 37) % 46)}%` }} />
      ))}
    </div>
  );
}
