namespace Gantry.Cli.Tests.Support;

/// <summary>Bodies as <c>v1-api.md</c> documents them.</summary>
internal static class Samples
{
    public const string AppPath = "/v1/apps/my-app";

    public static string App(FakePlatform platform) => $$$$$"""
        {"app":{"id":"ap-1","name":"my-app","region":"local","owner":{"id":"us-1","username":"alice","email":"alice@example.com"},
        "git_url":"ssh://git@127.0.0.1:2222/my-app.git","url":"http://my-app.apps.localhost:8080","base_url":"http://my-app.apps.localhost:8080",
        "status":"running","last_deployed_at":null,"created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z",
        "links":{"deployments_stream":"ws://{{{{{platform.Url.Authority}}}}}/apps/ap-1/deployments/stream"},"stack_id":"st-1","project":{"id":"prj-1","name":"default"}}}
        """;

    public static string Deployment(FakePlatform platform, string status, string reason = "") => $$$"""
        {"deployment":{{{BareDeployment(platform, "d1", status, reason)}}}}
        """;

    public static string BareDeployment(FakePlatform platform, string id, string status, string reason = "") => $$$$$"""
        {"id":"{{{{{id}}}}}","app_id":"ap-1","created_at":"2026-01-02T03:04:05Z","status":"{{{{{status}}}}}","git_ref":"abc","duration":3,"image_size":1048576,
        "failure_reason":{{{{{(reason.Length == 0 ? "null" : $"\"{reason}\"")}}}}},
        "pusher":{"id":"us-1","username":"alice","email":"a@b.c"},"links":{"output":"{{{{{platform.Url}}}}}v1/apps/my-app/deployments/{{{{{id}}}}}/output"}}
        """;

    public static string Container(string label, string state = "running") => $$$$$"""
        {"id":"ct-{{{{{label}}}}}","app_id":"ap-1","created_at":"2026-01-02T03:04:05Z","deleted_at":null,"command":"node web.js","type":"{{{{{label.Split('-')[0]}}}}}","type_index":1,
        "label":"{{{{{label}}}}}","state":"{{{{{state}}}}}","container_size":{"id":"size-m","name":"M"}}
        """;

    public static string Operation(string status, string extra = "\"start_one_off_data\":null", string error = "") => $$$"""
        {"operation":{"id":"op-1","app_id":"ap-1","created_at":"2026-01-02T03:04:05Z","finished_at":null,"status":"{{{status}}}","type":"scale","error":"{{{error}}}",{{{extra}}}}}
        """;
}
