//! Writes the JavaScript that calls the module: what `wasm-bindgen` does, from the version that the lock file pins.

use std::env::args_os;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [_, module, folder] = &args_os().collect::<Vec<_>>()[..] else {
        return Err("usage: armbody-bindgen MODULE.wasm FOLDER".into());
    };
    Bindgen::new()
        .input_path(module)
        .out_name("armbody")
        .web(true)?
        .typescript(true)
        .omit_default_module_path(true)
        .generate(folder)?;
    Ok(())
}
