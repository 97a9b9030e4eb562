using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;
using Gantry.Store.Blobs;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Tests.Support;

/// <summary>An app with a real image: a root with bash, and a layer with every kind of entry that a build can leave.</summary>
internal sealed class RegistryApp(ApiServer server, Tenant tenant, App app)
{
    public static async Task<RegistryApp> CreateAsync(ApiServer server, Tenant tenant)
    {
        var app = new RegistryApp(server, tenant, await tenant.NewAppAsync());
        await app.ReleaseAsync("one");
        return app;
    }

    public string Name => app.Name.Value;

    public string Repository => $"{server.Url.Authority}/{Name}";

    /// <summary>Brings a new image into service; the layer is the same each time, the stack has the mark.</summary>
    public async Task<Deployment> ReleaseAsync(string mark, string content = "hello")
    {
        var image = new Image(
            new ImageId("im-" + Guid.NewGuid()), app.Id, await PutAsync(RootScript(mark)), await PutAsync(LayerScript(content)), 1000,
            new Dictionary<string, string> { ["web"] = "echo web says $(cat greeting) to $COLOUR" },
            new Dictionary<string, string> { ["COLOUR"] = "blue" }, "abc123", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await server.Deployments.AddImageAsync(image, default);
        var deployment = await tenant.AddDeploymentAsync(app, d => d with { Status = DeploymentStatus.Success, ImageId = image.Id });
        await server.Apps.UpdateAsync(app.Id, a => a with { CurrentImageId = image.Id, CurrentDeploymentId = deployment.Id }, default);
        return deployment;
    }

    private async Task<Digest> PutAsync(string script)
    {
        var work = Directory.CreateTempSubdirectory("gantry-registry-").FullName;
        try
        {
            var (code, output) = await DockerEngine.ToolAsync("/bin/bash", "-c", $"set -e; cd {work}; mkdir tree; cd tree\n{script}\nrm -rf ../tree");
            Assert.True(code == 0, output);
            await using var file = File.OpenRead(Path.Combine(work, "out.tar.zst"));
            return (await server.Services.GetRequiredService<IBlobStore>().PutAsync(file, long.MaxValue, default)).Value.Digest;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static string RootScript(string mark) =>
        $$"""
        mkdir -p usr/bin etc app tmp proc sys dev; ln -s usr/bin bin
        cp /bin/busybox usr/bin/; for name in cat id stat sh ls; do ln -s busybox usr/bin/$name; done
        cp /bin/bash usr/bin/; for lib in $(ldd /bin/bash | grep -o '/[^ ]*'); do mkdir -p .$(dirname $lib); cp -L $lib .$lib; done
        echo 'app:x:1000:1000::/app:/bin/bash' > etc/passwd; echo {{mark}} > etc/mark
        tar --format=pax --sort=name --mtime=@0 --owner=0 --group=0 -c . | zstd -q > ../out.tar.zst
        """;

    private static string LayerScript(string content) =>
        $$"""
        long=$(printf 'd%.0s' $(seq 90)); mkdir -p $long/$long bin
        echo {{content}} > greeting; echo deep > $long/$long/file; ln $long/$long/file hard; ln -s $long/$long/file soft
        printf 'odd' > $(printf 'caf\351'); printf '#!/bin/bash\n' > bin/tool; chmod 755 bin/tool
        find . -mindepth 1 -printf '%P\0' | LC_ALL=C sort -z | tar --create --format=gnu --no-recursion --null --verbatim-files-from --files-from=- \
          --owner=:1000 --group=:1000 --numeric-owner --mtime=@315532800 | zstd -q > ../out.tar.zst
        """;
}
