using Gantry.Domain;
using Gantry.Domain.Images;
using Gantry.Store.Sql.Rows;

namespace Gantry.Store.Sql;

/// <summary>Images and stacks.</summary>
internal sealed partial class SqlDeploymentStore
{
    private readonly Gathering<ImageId, Image?> _images = new((ids, token) => FindImagesAsync(database, ids, token));
    private readonly Gathering<bool, IReadOnlyList<Stack>> _stacks = new(async (asked, token) =>
    {
        var all = (await database.ListAsync<StackRow>("SELECT * FROM stacks ORDER BY name", null, token)).Select(r => r.ToStack()).ToList();
        return [.. asked.Select(_ => all)];
    });

    public Task AddImageAsync(Image image, CancellationToken token) =>
        database.ExecuteAsync(
            """
            INSERT INTO images (id, app_id, stack_digest, layer_digest, layer_bytes, process_types, config_vars, source_version, created_at)
            VALUES (@Id, @AppId, @StackDigest, @LayerDigest, @LayerBytes, @ProcessTypes, @ConfigVars, @SourceVersion, @CreatedAt)
            """,
            ImageRow.From(image), token);

    public Task<Image?> FindImageAsync(ImageId id, CancellationToken token) => _images.AskAsync(id, token);

    public async Task<IReadOnlyList<Image>> ListImagesAsync(AppId app, CancellationToken token) =>
        [.. (await database.ListAsync<ImageRow>(
            "SELECT * FROM images WHERE app_id = @app ORDER BY created_at DESC, seq DESC", new { app = app.Value }, token)).Select(r => r.ToImage())];

    public async Task<IReadOnlyList<Image>> ListAllImagesAsync(CancellationToken token) =>
        [.. (await database.ListAsync<ImageRow>("SELECT * FROM images ORDER BY created_at DESC, seq DESC", null, token)).Select(r => r.ToImage())];

    public Task DeleteImageAsync(ImageId id, CancellationToken token) =>
        database.ExecuteAsync("DELETE FROM images WHERE id = @id", new { id = id.Value }, token);

    public Task<IReadOnlyList<Stack>> ListStacksAsync(CancellationToken token) => _stacks.AskAsync(true, token);

    public Task PutStackAsync(Stack stack, CancellationToken token) =>
        database.WriteAsync(
            async s =>
            {
                var row = StackRow.From(stack);
                if (row.IsDefault)
                    await s.ExecuteAsync("UPDATE stacks SET is_default = @no WHERE name <> @Name", new { no = false, row.Name });
                return await s.ExecuteAsync(
                    """
                    INSERT INTO stacks (id, name, description, base_image, is_default, run_digest, build_digest, created_at, deprecated_at)
                    VALUES (@Id, @Name, @Description, @BaseImage, @IsDefault, @RunDigest, @BuildDigest, @CreatedAt, @DeprecatedAt)
                    ON CONFLICT (name) DO UPDATE SET description = excluded.description, base_image = excluded.base_image,
                        is_default = excluded.is_default, run_digest = excluded.run_digest, build_digest = excluded.build_digest,
                        created_at = excluded.created_at, deprecated_at = excluded.deprecated_at
                    """,
                    row);
            },
            token);

    private static async Task<IReadOnlyList<Image?>> FindImagesAsync(SqlDatabase database, IReadOnlyList<ImageId> ids, CancellationToken token)
    {
        var found = (await database.ListAsync<ImageRow>(
            $"SELECT * FROM images WHERE id {database.In("@ids")}", new { ids = ids.Select(i => i.Value).Distinct().ToArray() }, token)).ToDictionary(r => r.Id);
        return [.. ids.Select(i => found.GetValueOrDefault(i.Value)?.ToImage())];
    }
}
