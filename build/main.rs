//! Packs the checked-in schemas into the program: each file compressed by itself, a table of what they describe, and
//! what can be compiled of them ahead of time; and the pages of the rules, which few runs show.

#![allow(clippy::print_stdout, reason = "that is how cargo is told")]

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::Value;

mod shapes;
mod versions;

#[path = "../src/schema/shape/layout.rs"]
#[allow(dead_code, reason = "the reader wants all of it")]
mod layout;

fn main() -> Result<(), Box<dyn Error>> {
    for changed in ["schemas", "docs/rules", "templates", "build", "src/schema/shape/layout.rs"] {
        println!("cargo::rerun-if-changed={changed}");
    }
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let schemas = root.join("schemas");
    let out = PathBuf::from(env::var("OUT_DIR")?);

    let catalogue = fs::read_to_string(schemas.join("catalogue.tsv"))?;
    let mut sources: Vec<(&str, &str)> = Vec::new();
    let mut entries = String::new();
    let mut published = versions::Published::default();
    let mut shapes = shapes::Shapes::default();
    let mut file = (String::new(), Value::Null);
    let mut lines: Vec<&str> = catalogue.lines().skip(1).collect();
    // As the catalogue wants them, so that no run has to sort them.
    lines.sort_by_key(|line| line.split('\t').next().unwrap_or_default().to_ascii_lowercase());
    for line in lines {
        let [resource_type, version, methods, identity] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("schemas/catalogue.tsv: {line:?} does not have four columns").into());
        };
        published.add(resource_type, version, methods, identity)?;
        let provider = resource_type.split('/').next().unwrap_or_default();
        let source = sources.iter().position(|known| *known == (provider, version)).unwrap_or_else(|| {
            sources.push((provider, version));
            sources.len() - 1
        });
        let path = format!("{provider}/{version}.json");
        if file.0 != path {
            file.1 = serde_json::from_str(&fs::read_to_string(schemas.join(&path))?)?;
            file.0 = path;
        }
        let short = resource_type.split_once('/').map_or("", |(_, short)| short);
        let methods: Vec<(&str, u32)> = methods
            .split(',')
            .map(|method| (method, shapes.definition(&file.1, &format!("{short}.{method}"))))
            .collect();
        writeln!(entries, "    ({resource_type:?}, {version:?}, &{methods:?}, {source}),")?;
    }

    fs::write(out.join("published_versions.rs"), published.table())?;
    let mut code = String::from("/// Provider, version, compressed schema file.\n");
    writeln!(code, "pub(super) static SOURCES: &[(&str, &str, &[u8])] = &[")?;
    for (provider, version) in &sources {
        let packed = pack(&schemas.join(provider).join(format!("{version}.json")), &out)?;
        writeln!(
            code,
            "    ({provider:?}, {version:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), {packed:?}))),"
        )?;
    }
    writeln!(code, "];\n\n/// Type, version, methods with the shapes of their bodies, index in `SOURCES`.")?;
    writeln!(code, "type Described = (&'static str, &'static str, &'static [(&'static str, u32)], usize);")?;
    writeln!(code, "pub(super) static ENTRIES: &[Described] = &[\n{entries}];")?;
    let (words, texts) = shapes.into_parts();
    // An array, which unlike bytes is where words can be read.
    let allow = "#[allow(clippy::unreadable_literal, reason = \"nobody reads it\")]";
    let table = format!("{allow}\nstatic WORDS: [u32; {}] = {words:?};\n", words.len());
    fs::write(out.join("shapes.rs"), table)?;
    fs::write(out.join("shapes.txt"), texts)?;

    let mut providers: Vec<&str> = sources.iter().map(|(provider, _)| *provider).collect();
    providers.sort_unstable();
    providers.dedup();
    writeln!(code, "\n/// Provider, compressed `history.tsv`.")?;
    writeln!(code, "pub(super) static HISTORIES: &[(&str, &[u8])] = &[")?;
    for provider in providers {
        let packed = pack(&schemas.join(provider).join("history.tsv"), &out)?;
        writeln!(code, "    ({provider:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), {packed:?}))),")?;
    }
    writeln!(code, "];")?;
    fs::write(out.join("embedded_schemas.rs"), code)?;
    fs::write(out.join("pages.z"), deflate(pages(&root.join("docs/rules"))?.as_bytes())?)?;
    fs::write(out.join("embedded_templates.rs"), templates(&root.join("templates"))?)?;
    Ok(())
}

/// The table of the templates: the names of the files below a folder, and their texts.
fn templates(root: &Path) -> Result<String, Box<dyn Error>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut code = String::from("pub(super) static EMBEDDED: &[(&str, &str)] = &[\n");
    for file in files.iter().filter(|file| file.extension().is_some_and(|it| it == "j2")) {
        let name: Vec<_> = file.strip_prefix(root)?.iter().map(|part| part.to_string_lossy()).collect();
        writeln!(code, "    ({:?}, {:?}),", name.join("/"), fs::read_to_string(file)?)?;
    }
    Ok(code + "];\n")
}

/// The rules' pages in the order of their names: a name, NUL, the page, NUL.
fn pages(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.sort();
    let mut text = String::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|it| it == "md")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        write!(text, "{name}\0{}\0", fs::read_to_string(file)?)?;
    }
    Ok(text)
}

fn deflate(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Compresses `file` into the folder `out`, and gives the name of the result there, after a slash.
fn pack(file: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    // A line break or indentation is never inside a JSON string: in JSON files they can go.
    let text = if file.extension().is_some_and(|e| e == "json") {
        text.lines().map(str::trim_start).collect()
    } else {
        text
    };
    let provider = file.parent().and_then(Path::file_name).unwrap_or_default();
    let name = file.file_name().unwrap_or_default();
    let packed = format!("/{}-{}.z", provider.to_string_lossy(), name.to_string_lossy());
    fs::write(out.join(&packed[1..]), deflate(text.as_bytes())?)?;
    Ok(packed)
}
