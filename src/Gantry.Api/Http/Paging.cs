using System.Globalization;
using System.Reflection;
using Gantry.Contracts.V1;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Http;

/// <summary>The page a client asks for: <c>?page=1&amp;per_page=20</c>.</summary>
internal sealed record Paging(int Page, int PerPage) : IBindableFromHttpContext<Paging>
{
    private const int DefaultPerPage = 20;
    private const int MaxPerPage = 100;

    public static ValueTask<Paging?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Paging?>(new Paging(
            Read(context, "page", 1, 1_000_000), Read(context, "per_page", DefaultPerPage, MaxPerPage)));

    public PageMeta Meta(int total)
    {
        var pages = Math.Max(1, (total + PerPage - 1) / PerPage);
        return new PageMeta(new Pagination(
            Page, Page > 1 ? Page - 1 : null, Page < pages ? Page + 1 : null, pages, total, PerPage));
    }

    private static int Read(HttpContext context, string name, int fallback, int max)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0)
            return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? Math.Min(number, max)
            : throw new BadHttpRequestException($"The parameter \"{name}\" must be a whole number from 1, but is \"{text}\".");
    }
}
