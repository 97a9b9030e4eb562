using System.Net;
using System.Text.Json;
using Gantry.Api.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Gantry.Api.Tests;

public sealed class VariableTests(ApiServer server)
{
    [Fact]
    public async Task Variables_AreSetChangedAndRemoved()
    {
        var (tenant, path) = await NewAsync();

        var created = await tenant.SendAsync("POST", path, """{"variable":{"name":"A","value":"1"}}""");
        Assert.Equal(HttpStatusCode.Created, created.Status);
        created.Root("variable").Has("id!", "name!", "value!");
        Assert.Equal(HttpStatusCode.OK, (await tenant.SendAsync("POST", path, """{"variable":{"name":"A","value":"2"}}""")).Status);
        var many = await tenant.SendAsync("PUT", path, """{"variables":[{"id":"","name":"B","value":"b"},{"id":"","name":"A","value":"3"}]}""");
        Assert.Equal(HttpStatusCode.OK, many.Status);
        Assert.Equal(["B", "A"], many.Root("variables").EnumerateArray().Select(v => v.GetProperty("name").GetString()));
        var id = many.Root("variables")[1].GetProperty("id").GetString();
        var patched = await tenant.SendAsync("PATCH", $"{path}/{id}", """{"variable":{"value":"4"}}""");
        Assert.Equal("4", patched.Root("variable").GetProperty("value").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await tenant.SendAsync("DELETE", $"{path}/{id}?")).Status);
        (await tenant.SendAsync("DELETE", $"{path}/{id}")).IsMissing("variable");
        var left = many.Root("variables")[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await tenant.SendAsync("DELETE", path, $$$"""{"variable_ids":["{{{left}}}"]}""")).Status);
        Assert.Empty((await tenant.GetAsync(path)).Root("variables").EnumerateArray());
    }

    [Fact]
    public async Task AVariableDamagedOnDisk_CanBeSetAgain()
    {
        var (tenant, path) = await NewAsync();
        await tenant.SendAsync("PUT", path, """{"variables":[{"name":"DAMAGED","value":"1"}]}""");
        await using (var records = new SqliteConnection($"Data Source={server.Folder}/records.db;Pooling=False"))
        {
            records.Open();
            using var damage = records.CreateCommand();
            damage.CommandText = "UPDATE variables SET sealed = x'0101' WHERE name = 'DAMAGED'";
            Assert.Equal(1, damage.ExecuteNonQuery());
        }

        var again = await tenant.SendAsync("PUT", path, """{"variables":[{"name":"DAMAGED","value":"2"}]}""");

        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal("2", (await tenant.GetAsync(path)).Root("variables")[0].GetProperty("value").GetString());
    }

    [Fact]
    public async Task Aliases_AreKeptOrResolved()
    {
        var (tenant, path) = await NewAsync();
        await tenant.SendAsync("PUT", path, """{"variables":[{"name":"REAL","value":"x"},{"name":"ALIAS","value":"$REAL"}]}""");

        Assert.Equal("$REAL", await ValueAsync("?aliases=true"));
        Assert.Equal("$REAL", await ValueAsync(""));
        Assert.Equal("x", await ValueAsync("?aliases=false"));

        async Task<string?> ValueAsync(string query) => (await tenant.GetAsync(path + query)).Root("variables").EnumerateArray()
            .Single(v => v.GetProperty("name").GetString() == "ALIAS").GetProperty("value").GetString();
    }

    [Theory]
    [InlineData("""{"variable":{"name":"","value":"1"}}""", "name", "blank")]
    [InlineData("""{"variable":{"name":"_A","value":"1"}}""", "name", "underscore")]
    [InlineData("""{"variable":{"name":"A-B","value":"1"}}""", "name", "letters")]
    [InlineData("""{"variable":{"name":"A"}}""", "value", "blank")]
    public async Task ABrokenVariable_IsRefusedWithFieldAndRule(string body, string field, string rule)
    {
        var (tenant, path) = await NewAsync();

        (await tenant.SendAsync("POST", path, body)).Refuses(field, rule);
    }

    [Fact]
    public async Task OneBrokenVariable_RefusesThemAll()
    {
        var (tenant, path) = await NewAsync();

        (await tenant.SendAsync("PUT", path, """{"variables":[{"name":"GOOD","value":"1"},{"name":"BAD-","value":"2"}]}""")).Refuses("name", "BAD-");
        (await tenant.SendAsync("PUT", path, """{"variables":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}""")).Refuses("name", "twice");
        (await tenant.SendAsync("PUT", path, """{"variables":[null]}""")).Refuses("name", "blank");

        Assert.Empty((await tenant.GetAsync(path)).Root("variables").EnumerateArray());
    }

    [Fact]
    public async Task TheTimeline_NamesVariablesAndNeverTheirValues()
    {
        var (tenant, path) = await NewAsync();
        await tenant.SendAsync("POST", path, """{"variable":{"name":"PASSWORD","value":"hunter2-first"}}""");
        await tenant.SendAsync("PUT", path, """{"variables":[{"name":"PASSWORD","value":"hunter2-second"},{"name":"OTHER","value":"hunter2-third"}]}""");

        var events = await tenant.GetAsync(path.Replace("variables", "events", StringComparison.Ordinal));

        Assert.DoesNotContain("hunter2", events.Text, StringComparison.Ordinal);
        var newest = events.Root("events")[0];
        Assert.Equal("edit_variables", newest.GetProperty("type").GetString());
        Assert.Equal("OTHER", newest.GetProperty("type_data").GetProperty("new_vars")[0].GetProperty("name").GetString());
        Assert.Equal("PASSWORD", newest.GetProperty("type_data").GetProperty("updated_vars")[0].GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Array, newest.GetProperty("type_data").GetProperty("deleted_vars").ValueKind);
    }

    private async Task<(Tenant Tenant, string Path)> NewAsync()
    {
        var tenant = await server.NewTenantAsync();
        return (tenant, $"/v1/apps/{(await tenant.NewAppAsync()).Name}/variables");
    }
}
